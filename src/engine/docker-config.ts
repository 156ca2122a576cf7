/**
 * What Docker's config.json says about the credentials for a registry, looked up as the docker command does. Pure.
 * Nothing of the file's content gets into a message: it is made of secrets.
 */
import { isObject } from './lines.js';

/** As the engine takes it beside a pull. */
export interface RegistryAuth {
  readonly serveraddress: string;
  readonly username?: string;
  readonly password?: string;
  /** Instead of a password. */
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

export type DockerConfig = Readonly<Record<string, unknown>>;

export type Login =
  | { readonly from: 'file'; readonly auth: RegistryAuth }
  /** Of a program `docker-credential-HELPER`, asked for `server`. */
  | { readonly from: 'helper'; readonly helper: string; readonly server: string }
  | { readonly from: 'nowhere' }
  /** There is an entry, and it can't be used. */
  | { readonly from: 'unusable'; readonly problem: string };

/** What `docker login` calls Docker Hub, and what people call it. */
const HUB = ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io'] as const;

const HELPER = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** The problem says the line where that can be told. */
export function readDockerConfig(
  text: string,
): { readonly ok: true; readonly config: DockerConfig } | { readonly ok: false; readonly problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { ok: true, config: value } : { ok: false, problem: 'no JSON object' };
  } catch (error) {
    // The parser's own words may quote the file.
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const line = position === undefined ? null : text.slice(0, Number(position)).split('\n').length;
    return { ok: false, problem: line === null ? 'no JSON' : `no JSON from line ${line} on` };
  }
}

/** @param registry as in an image's reference: a host with optional port; `docker.io` for Docker Hub. */
export function loginFor(config: DockerConfig, registry: string): Login {
  const names: readonly string[] = registry === 'docker.io' ? HUB : [registry];
  const server = names[0] ?? registry;
  const helpers = entriesOf(config.credHelpers);
  const helper = names.map((name) => helpers.get(name)).find(isFilled) ?? config.credsStore;
  if (isFilled(helper)) {
    if (typeof helper === 'string' && HELPER.test(helper)) return { from: 'helper', helper, server };
    return { from: 'unusable', problem: `the credential helper for ${registry} has no proper name` };
  }
  const auths = entriesOf(config.auths);
  const entry =
    names.map((name) => auths.get(name)).find(isFilled) ??
    [...auths].find(([name]) => names.includes(hostOf(name)))?.[1];
  return isObject(entry) ? readEntry(entry, registry, server) : { from: 'nowhere' };
}

function readEntry(entry: Readonly<Record<string, unknown>>, registry: string, server: string): Login {
  const { auth, identitytoken, registrytoken } = entry;
  let { username, password } = entry;
  if (isFilled(auth)) {
    const pair = userAndPassword(auth);
    if (pair === null) {
      return { from: 'unusable', problem: `"auth" of ${registry} is not user:password in base64` };
    }
    [username, password] = pair;
  }
  const token = isFilled(identitytoken) ? { identitytoken: String(identitytoken) } : {};
  const bearer = isFilled(registrytoken) ? { registrytoken: String(registrytoken) } : {};
  const plain =
    isFilled(username) && (isFilled(password) || isFilled(identitytoken))
      ? { username: String(username), password: String(password ?? '') }
      : {};
  const found = { ...plain, ...token, ...bearer };
  // `docker login` with a helper leaves an empty entry behind.
  if (Object.keys(found).length === 0) return { from: 'nowhere' };
  return { from: 'file', auth: { serveraddress: server, ...found } };
}

/** The password may hold colons; Docker pads some with zero bytes. */
function userAndPassword(auth: unknown): readonly [string, string] | null {
  if (typeof auth !== 'string' || !BASE64.test(auth.trim())) return null;
  const [, user, password] =
    /^([^:]+):(.*)$/s.exec(Buffer.from(auth.trim(), 'base64').toString('utf8')) ?? [];
  return user === undefined || password === undefined ? null : [user, password.replace(/^\0+|\0+$/g, '')];
}

/** Old versions of Docker wrote URLs. */
function hostOf(name: string): string {
  return name.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

function entriesOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(isObject(value) ? Object.entries(value) : []);
}

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
