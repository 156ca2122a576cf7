/** The addresses that a node of the old systems had beside its own: where it listens, and what its resolver tells. */
import { type Given, nodePut, type Outcome, problem, remark, sum } from './rule.js';

/** Other nodes reach this one by its address, whatever it listens on. */
export function listen(value: string, given: Given): Outcome {
  const line = nodePut('listen', value, given);
  const own = given.values.get('IP') ?? given.address ?? value;
  return value === '0.0.0.0' || value === own
    ? line
    : sum([line, remark(`other nodes are to reach it there: katod agent --address ${value}`)]);
}

/** `--address=/consul/10.0.0.5`: the domain is that of Consul. */
export function dnsAddress(value: string, given: Given): Outcome {
  const [, found] = /^--address=\/[^/]+\/([0-9a-fA-F.:]+)$/.exec(value.trim()) ?? [];
  if (value.trim() === '') return nodePut('dns.services', 'none', given);
  if (found !== undefined) return nodePut('dns.services', found, given);
  return problem(`"${value}" is not of the form --address=/DOMAIN/IP: see flags.dnsmasq`);
}
