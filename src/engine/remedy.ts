/** What an operator does about a failure of the engine, by the engine's own words, 20.10 to 29. Pure. */

/** The first that fits counts. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device|disk quota exceeded/i,
    "free space on the engine's disk; docker system df tells what takes it",
  ],
  [/device or resource busy/i, 'something on the host still uses its files: end that'],
  [
    /port is already allocated|address already in use|ports are not available/i,
    'stop what listens there (ss -lntup), or give the component another port',
  ],
  [/container name \S+ is already in use/i, 'remove or rename the container that has it'],
  [/bind source path does not exist/i, 'make it on the host, or take it out of the mounts'],
  [/mount a directory onto a file/i, 'source and target of a mount must both be folders, or both files'],
  [
    /gathering device information|adding custom device/i,
    'load its driver or connect it, or take it out of the devices',
  ],
  [/network \S+ not found/i, 'it is made again with a fresh container, after three tries'],
  [/network \S+ is ambiguous/i, 'two have that name: remove one (docker network ls)'],
  [
    /non-overlapping IPv4 address pool|no available network|all predefined address pools/i,
    'remove networks that nobody uses (docker network ls), or give dockerd more default-address-pools',
  ],
  [/iptables|No chain\/target\/match/i, 'restart dockerd if something has flushed its firewall rules'],
  [
    /unable to find (?:user|group)|no matching entries in (?:passwd|group) file/i,
    'give a user that the image has, or a number',
  ],
  [
    /\bsysctl "|\/proc\/sys\//i,
    'take it out of the sysctls; those of the network are refused with network host',
  ],
  [/rlimit/i, 'mend the ulimits: soft is at most hard, and hard at most what dockerd has itself'],
  [/invalid tmpfs option/i, 'mend the options in tmpfs'],
  [
    /Minimum memory limit|Range of CPUs|log opt|logging plugin|unknown capability|Invalid signal|in add-host/i,
    'mend its definition',
  ],
  [/exec format error/i, 'take an image that is made for the processor of this host'],
  [
    /executable file not found|exec: "[^"]*": stat .*no such file/i,
    'name a program that the image has, in command or entrypoint',
  ],
  [/exec: "[^"]*": permission denied/i, 'name a program that may be executed, in command or entrypoint'],
];

/** Null where the words say it all, or nobody knows. */
export function remedyFor(words: string): string | null {
  return REMEDIES.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}
