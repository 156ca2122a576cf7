/** The arguments of the demo. */

/** Hosts that a cluster of the demo can have: fewer have no spare, and more tell nothing new. */
const CLUSTER = [3, 5] as const;

export const usage = `npm run demo [-- --keep | --hosts 3 | --help]

Shows katod's main job on real parts: a host with a Docker Engine and an etcd of its own, ZooKeeper, HAProxy and
dnsmasq from Debian's packages, and stand-ins for Mesos, Marathon and registrator. About half a minute; the first time
it also prepares what it needs.

  --keep      leaves it running, and prints how to look at it and how to end it
  --hosts 3   three hosts (or up to 5) with an etcd of three: an ensemble forms, a change rolls through it, and a bad
              one stops at the first; about two minutes
  --help      this text

Ctrl-C ends it at any moment. Nothing is left behind. Exit codes: 0 all went as it should, 1 a step did not, 2 bad usage.
`;

export type Chosen =
  | { readonly kind: 'once' | 'keep' | 'help' }
  | { readonly kind: 'cluster'; readonly hosts: number }
  | { readonly kind: 'misuse'; readonly text: string };

export function readArguments(args: readonly string[]): Chosen {
  const at = args.findIndex((arg) => arg === '--hosts' || arg.startsWith('--hosts='));
  if (at >= 0) return readHosts(args, at);
  const unknown = args.find((arg) => !['--keep', '--help', '-h'].includes(arg));
  if (unknown !== undefined) {
    return {
      kind: 'misuse',
      text: `demo: ${unknown} is no argument of the demo. See: npm run demo -- --help`,
    };
  }
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' };
  return { kind: args.includes('--keep') ? 'keep' : 'once' };
}

function readHosts(args: readonly string[], at: number): Chosen {
  const [word = '', inline] = (args[at] ?? '').split('=');
  const rest = args.filter((_, index) => index !== at && (inline !== undefined || index !== at + 1));
  const hosts = Number(inline ?? args[at + 1]);
  const [fewest, most] = CLUSTER;
  if (!Number.isInteger(hosts) || hosts < fewest || hosts > most)
    return { kind: 'misuse', text: `demo: ${word} takes a number from ${fewest} to ${most}` };
  if (rest.length > 0)
    return { kind: 'misuse', text: `demo: ${rest[0]} does not go with --hosts. See: npm run demo -- --help` };
  return { kind: 'cluster', hosts };
}
