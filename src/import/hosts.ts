/** The lists of hosts in the old files, of which the agents need only the count: ensembles are formed by themselves. */
import { hostPort } from '../catalog/leaf.js';
import { readFlags } from './flags.js';
import { clusterPut, type Given, isAddress, type Outcome, problem, puts, type Rule, remark } from './rule.js';

export const FORMED =
  'the agents form the ensemble of the servers themselves, when expect.master of them are known';

/** Items of a list with commas, trimmed, none empty. */
export function itemsOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** How many masters there are. */
export function zookeeperHosts(value: string): Outcome {
  const hosts = itemsOf(value);
  const bad = hosts.find((host) => !host.includes(':') || 'expected' in hostPort(host));
  if (hosts.length === 0 || bad !== undefined)
    return problem(
      `"${bad ?? value}" is not of the form HOST:PORT: name each ZooKeeper with its port, with commas`,
    );
  return puts(
    { key: 'cluster/params/expect.master', value: String(hosts.length) },
    { key: 'cluster/params/zookeeper.hosts', value: hosts.join(',') },
  );
}

/** A line only where it is not what the ensemble comes to: set for good, it would stand in the way of a change. */
export function quorum(value: string, { values }: Given): Outcome {
  if (!/^[1-9]\d{0,2}$/.test(value)) return problem(`"${value}" is no number of masters`);
  const masters = itemsOf(values.get('ZOOKEEPER_HOSTS')).length || 1;
  if (Number(value) === Math.floor(masters / 2) + 1)
    return remark(`the ensemble of ${masters} comes to the same; mesos.quorum is for when masters are added`);
  return clusterPut('mesos.quorum', value);
}

export function consulHosts(value: string): Outcome {
  const flags = readFlags(value);
  const joined = flags.filter(({ name }) => name === 'join' || name === 'retry-join');
  const other = flags.find(({ name }) => !['join', 'retry-join', 'bootstrap-expect'].includes(name));
  if (other !== undefined) return problem(`"${other.words.join(' ')}" is no -join=ADDRESS`);
  if (joined.length === 0) return remark(FORMED);
  return clusterPut('consul.hosts', joined.map((flag) => flag.value ?? '').join(','));
}

export const expected: Rule = () => remark(`-bootstrap-expect: ${FORMED}`);

export const joinWan: Rule = (value) =>
  value === '' ? problem('-join-wan needs an address') : clusterPut('joinWan', value);

/** The masters of `Toots.conf`, by address. */
export function masters(value: string): Outcome {
  const hosts = itemsOf(value);
  const bad = hosts.find((host) => !isAddress(host));
  if (hosts.length === 0 || bad !== undefined) return problem(`"${bad ?? value}" is no IP address`);
  return puts({ key: 'cluster/params/expect.master', value: String(hosts.length) });
}
