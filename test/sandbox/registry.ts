/** A real image registry on a sandbox host, open and with a password, behind a proxy that can be told to do wrong. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lineSplitter } from '../../src/engine/lines.js';
import type { Host } from './host.js';
import { imageName } from './images.js';
import { type Part as Program, startPart } from './part.js';
import type { Fault, Part, ProxyLine, RegistryRequest, Spoil } from './registry-faults.js';
import { until } from './until.js';

export interface Registry {
  /** `127.0.0.1:PORT`, as the host's engine reaches it: engines trust loopback without TLS. */
  readonly open: string;
  /** The same images for who has the password. */
  readonly locked: string;
  /** What Docker's config.json has as `auth` for the locked one, and the bare password. */
  readonly auth: string;
  readonly password: string;
  /**
   * Makes an image that runs as busybox does, with a fresh layer of so many random bytes (default 200,000), pushes it as
   * `NAME:TAG`, and removes it from the engine. Returns its digest.
   */
  push(name: string, options?: { readonly bytes?: number }): Promise<string>;
  /** From now on, one part of a repository's images goes wrong; null: all is well again. */
  spoil(repository: string, part: Part, fault: Fault | null): Promise<void>;
  /** All that engines have asked for, of a repository and part if given, without the checks that ask for a head only. */
  requests(repository?: string, part?: Part): readonly RegistryRequest[];
}

const OPEN = 5000;
const LOCKED = 5001;
const OPEN_PROXY = 5010;
const LOCKED_PROXY = 5011;

const USER = 'puller';
const PASSWORD = 'correct horse';
/** By crypt(3), as `htpasswd -B` writes it. */
const HTPASSWD = `${USER}:$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2\n`;

/** One for each host, and ends with it: its ports are fixed, since every host is alone in its network. */
export async function startRegistry({ host }: { readonly host: Host }): Promise<Registry> {
  const folder = join(host.folder, 'registry');
  mkdirSync(folder);
  const registries = [
    startProgram(host, folder, 'open', `http: { addr: "127.0.0.1:${OPEN}" }`),
    startProgram(
      host,
      folder,
      'locked',
      `http: { addr: "127.0.0.1:${LOCKED}" }\nauth: { htpasswd: { realm: sandbox, path: ${folder}/htpasswd } }`,
    ),
  ];
  writeFileSync(join(folder, 'htpasswd'), HTPASSWD);
  const proxy = startProxy(host);
  const answers = async (port: number) =>
    (await host.exec(['curl', '--silent', `http://127.0.0.1:${port}/v2/`])).code === 0;
  const [open, locked] = registries;
  await Promise.all([
    open?.ready(() => answers(OPEN), 30_000),
    locked?.ready(() => answers(LOCKED), 30_000),
    until('the proxy listens', () => proxy.lines.some((line) => 'listens' in line), { within: 30_000 }),
  ]);

  return {
    open: `127.0.0.1:${OPEN_PROXY}`,
    locked: `127.0.0.1:${LOCKED_PROXY}`,
    auth: Buffer.from(`${USER}:${PASSWORD}`).toString('base64'),
    password: PASSWORD,
    async push(name, { bytes = 200_000 } = {}) {
      const context = join(folder, name.replace(':', '-'));
      mkdirSync(context, { recursive: true });
      writeFileSync(join(context, 'data'), randomBytes(bytes));
      writeFileSync(join(context, 'Dockerfile'), `FROM ${imageName('busybox')}\nCOPY data /data\n`);
      const reference = `127.0.0.1:${OPEN}/${name}`;
      await host.docker('build', '--quiet', '--tag', reference, context);
      const said = await host.docker('push', reference);
      await host.docker('rmi', reference);
      return /digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1] ?? '';
    },
    async spoil(repository, part, fault) {
      const before = proxy.lines.length;
      const spoil: Spoil | null = fault && { part, fault };
      proxy.tell(JSON.stringify({ repository, spoil }));
      const inForce = () =>
        proxy.lines.slice(before).some((line) => 'inForce' in line && line.inForce === repository);
      await until('the proxy has taken it in', inForce, { within: 30_000 });
    },
    requests: (repository, part) =>
      proxy.lines
        .flatMap((line) => ('request' in line ? [line.request] : []))
        .filter(
          (request) =>
            request.method === 'GET' &&
            (repository === undefined || request.repository === repository) &&
            (part === undefined || request.part === part),
        ),
  };
}

function startProgram(host: Host, folder: string, name: string, more: string): Program {
  const config = join(folder, `${name}.yml`);
  const storage = `storage: { filesystem: { rootdirectory: ${folder}/storage } }`;
  writeFileSync(config, `version: 0.1\nlog: { level: warn }\n${storage}\n${more}\n`);
  return startPart({
    name: `the ${name} registry`,
    argv: host.inside(['docker-registry', 'serve', config]),
    environment: host.environment,
    log: join(folder, `${name}.log`),
  });
}

function startProxy(host: Host) {
  const lines: ProxyLine[] = [];
  const program = fileURLToPath(new URL('registry-proxy.ts', import.meta.url));
  const ports = [OPEN_PROXY, OPEN, LOCKED_PROXY, LOCKED].map(String);
  const child = host.spawn([process.execPath, '--import', 'tsx', program, ...ports], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdout?.on(
    'data',
    lineSplitter((line) => void lines.push(JSON.parse(line) as ProxyLine)),
  );
  return {
    lines,
    tell: (line: string) => void child.stdin?.write(`${line}\n`),
  };
}
