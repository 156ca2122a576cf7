/** The arguments of the demo. */

export const usage = `npm run demo [-- --keep | --help]

Shows katod's main job on real parts: a host with a Docker Engine and an etcd of its own, ZooKeeper, HAProxy and
dnsmasq from Debian's packages, and stand-ins for Mesos, Marathon and registrator. About half a minute; the first time
it also prepares what it needs.

  --keep   leaves it running, and prints how to look at it and how to end it
  --help   this text

Ctrl-C ends it at any moment. Nothing is left behind. Exit codes: 0 all went as it should, 1 a step did not, 2 bad usage.
`;

export type Chosen =
  | { readonly kind: 'once' | 'keep' | 'help' }
  | { readonly kind: 'misuse'; readonly text: string };

export function readArguments(args: readonly string[]): Chosen {
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
