/** A host of the sandbox: a network namespace of its own with an address, and a real Docker Engine in it. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { type CommandOptions, type CommandResult, outputOf, runCommand } from './command.js';
import { type Daemon, daemonOf } from './daemon.js';
import { loadImage } from './engine-api.js';
import { imageTar, type SandboxImage } from './images.js';
import { openPlace } from './place.js';
import type { Wire } from './wire.js';

export interface HostOptions {
  /** Images to load into the engine; default none. */
  readonly images?: readonly SandboxImage[];
  /** Joins it to other hosts; default: it is alone. */
  readonly wire?: Wire;
  /** In 10.123.0.0/24; default 10.123.0.5. Hosts on one wire need addresses of their own. */
  readonly address?: string;
}

export interface Host {
  /** `katod-…`, the name of the namespace as well. */
  readonly name: string;
  /** Temporary folder of this host, short enough for unix sockets in it. */
  readonly folder: string;
  /** Path of the engine's socket; reachable from every namespace. */
  readonly dockerSocket: string;
  /** Address of the interface that has the default route. */
  readonly address: string;
  /** Environment of whatever runs on this host: it is found and ended by it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The command line that runs `argv` in this host's network. */
  inside(argv: readonly string[]): readonly string[];
  /** Starts a program in this host's network; it ends with the host at the latest. */
  spawn(argv: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Runs a command in this host's network to its end. */
  exec(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** The docker command line against this engine: its output, trimmed; rejects when it fails. */
  docker(...args: string[]): Promise<string>;
  /** Loads further images. */
  load(images: readonly SandboxImage[]): Promise<void>;
  readonly daemon: Daemon;
  /** Ends everything of this host and removes its traces, in whatever state it is. A second call waits for the first. */
  close(): Promise<void>;
}

/** Hosts that are alone can all have the same address. */
const ADDRESS = '10.123.0.5';

/** Needs root, and what `prepare.ts` sets up. About a second. */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const { address = ADDRESS, wire = null } = options;
  const place = openPlace();
  const enter = ['nsenter', `--net=/run/netns/${place.name}`, '--'];
  const daemon = daemonOf(place, enter);
  const { environment } = place;
  const inside = (argv: readonly string[]) => [...enter, ...argv];
  const docker = async (...args: string[]) => {
    const argv = ['docker', '--config', `${place.folder}/docker-config`, '-H', `unix://${daemon.socket}`];
    return (await outputOf([...argv, ...args], { environment })).trim();
  };
  let closing: Promise<void> | undefined;
  const host: Host = {
    name: place.name,
    folder: place.folder,
    dockerSocket: daemon.socket,
    address,
    environment,
    inside,
    spawn(argv, spawnOptions = {}) {
      const [program = '', ...rest] = inside(argv);
      return spawn(program, rest, { ...spawnOptions, env: { ...spawnOptions.env, ...environment } });
    },
    exec: (argv, commandOptions = {}) =>
      runCommand(inside(argv), {
        ...commandOptions,
        environment: { ...commandOptions.environment, ...environment },
      }),
    docker,
    async load(images) {
      for (const image of images) await loadImage(daemon.socket, imageTar(image));
    },
    daemon,
    close() {
      closing ??= daemon.end().then(() => place.close());
      return closing;
    },
  };
  try {
    await makeNamespace(place.name, address, wire);
    await daemon.start();
    await host.load(options.images ?? []);
    return host;
  } catch (error) {
    await host.close();
    throw error;
  }
}

/** A namespace with an address and a default route; without a wire its link ends in the namespace itself. */
async function makeNamespace(name: string, address: string, wire: Wire | null): Promise<void> {
  const ip = (...args: string[]) => outputOf(['ip', ...args]);
  await ip('netns', 'add', name);
  const link = (...args: string[]) => ip('-n', name, ...args);
  await link('link', 'set', 'lo', 'up');
  if (wire === null) {
    await link('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'wire');
    await link('link', 'set', 'wire', 'up');
  } else {
    await wire.attach(name, address);
  }
  await link('addr', 'add', `${address}/24`, 'dev', 'eth0');
  await link('link', 'set', 'eth0', 'up');
  await link('route', 'add', 'default', 'via', '10.123.0.1', 'dev', 'eth0');
}
