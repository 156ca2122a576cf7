/**
 * Docker's errors as Faults, told apart here and nowhere else: by status code, then by error code, and by Docker's
 * words only where it has one status (mostly 500) for very different things.
 */
import { inspect } from 'node:util';
import { Fault, type FaultKind, type FaultRetry } from './engine.js';
import { isObject } from './lines.js';
import { remedyFor } from './remedy.js';

export type EngineVerb =
  | 'connect'
  | 'ping'
  | 'list'
  | 'inspect'
  | 'image'
  | 'pull'
  | 'create'
  | 'start'
  | 'stop'
  | 'restart'
  | 'rename'
  | 'remove'
  | 'unpause'
  | 'signal'
  | 'logs'
  | 'exec'
  | 'read'
  | 'network'
  | 'events';

/** What was being done, and to what: the first half of each message. */
export interface EngineCall {
  readonly verb: EngineVerb;
  /** Such as `container 3f2a…`, an image's reference, or the engine's address. */
  readonly object: string;
}

const LONGEST_MESSAGE = 300;

interface Rule {
  /** All verbs where left out. */
  readonly verbs?: readonly EngineVerb[];
  readonly status?: readonly number[];
  /** All words where left out. */
  readonly words?: RegExp;
  readonly kind: FaultKind;
  readonly retry: FaultRetry;
}

/** What begins a process. */
const STARTS: readonly EngineVerb[] = ['start', 'restart', 'exec'];

/** The first rule that fits decides. Words are Docker's or the registry's, 20.10 to 29. */
const RULES: readonly Rule[] = [
  { words: /no space left on device|disk quota exceeded/i, kind: 'full', retry: 'later' },
  // The daemon was replaced between two calls: the next call agrees on a version anew.
  { status: [400], words: /client version \S+ is too (?:new|old)/i, kind: 'unreachable', retry: 'later' },
  { status: [429], kind: 'failed', retry: 'later' },
  { words: /toomanyrequests|too many requests/i, kind: 'failed', retry: 'later' },

  { words: /removal of container \S+ is already in progress/i, kind: 'busy', retry: 'later' },
  { words: /marked for removal|device or resource busy/i, kind: 'busy', retry: 'later' },
  {
    words: /port is already allocated|address already in use|ports are not available/i,
    kind: 'taken',
    retry: 'later',
  },
  { verbs: ['create', 'rename', 'network'], status: [409], kind: 'taken', retry: 'later' },

  { verbs: ['pull'], words: /denied by plugin/i, kind: 'refused', retry: 'never' },
  { verbs: ['pull'], status: [401, 403], kind: 'denied', retry: 'never' },
  {
    verbs: ['pull'],
    words:
      /access denied|\bdenied: |access to the resource is denied|unauthorized|authentication required|no basic auth credentials|incorrect username or password/i,
    kind: 'denied',
    retry: 'never',
  },
  { verbs: ['pull'], status: [400, 404], kind: 'refused', retry: 'never' },
  {
    verbs: ['pull'],
    words:
      /manifest unknown|manifest for .+ not found|name unknown|repository .*(?:does not exist|not found)/i,
    kind: 'refused',
    retry: 'never',
  },
  {
    verbs: ['pull'],
    words:
      /invalid reference|no matching manifest|schema (?:version )?1\b|Image Format v1|unsupported (?:manifest )?media ?type|cannot be used on this platform|failed to resolve reference .+: not found$/i,
    kind: 'refused',
    retry: 'never',
  },

  // A network that went away is not back at once; a container or image that did asks for a fresh look.
  { verbs: STARTS, status: [404], words: /network/i, kind: 'gone', retry: 'later' },
  { status: [404], kind: 'gone', retry: 'now' },
  // What is missing on the host can come: it is looked for again.
  {
    words: /bind source path does not exist|gathering device information|adding custom device/i,
    kind: 'refused',
    retry: 'later',
  },
  {
    verbs: STARTS,
    words:
      /executable file not found|exec format error|no such file or directory|: permission denied|unable to find (?:user|group)|no matching entries in|\bsysctl "|rlimit|invalid tmpfs option/i,
    kind: 'refused',
    retry: 'never',
  },
  { status: [400, 401, 403, 405, 406, 413], kind: 'refused', retry: 'never' },
];

/** Tells what kind of failure this is. A Fault is handed back as it is. Never throws. */
export function classify(error: unknown, call: EngineCall): Fault {
  if (error instanceof Fault) return error;
  const status = isObject(error) && typeof error.statusCode === 'number' ? error.statusCode : null;
  const code = isObject(error) && typeof error.code === 'string' ? error.code : null;
  const words = wordsOf(error);
  // Without a status nothing was answered: what Node says of sockets, names and TLS.
  if (status === null && code !== null)
    return unreachable(call, words.includes(code) ? words : `${words} ${code}`);

  const rule = RULES.find(
    (candidate) =>
      (candidate.verbs === undefined || candidate.verbs.includes(call.verb)) &&
      (candidate.status === undefined || (status !== null && candidate.status.includes(status))) &&
      (candidate.words === undefined || candidate.words.test(words)),
  );
  const said = words === '' ? `the engine answered with status ${status ?? 'unknown'}` : words;
  const message = describe(call, said, remedyFor(words));
  return new Fault(rule?.kind ?? 'failed', rule?.retry ?? 'later', message, retryAfter(words));
}

export function unreachable(call: EngineCall, words: string): Fault {
  return new Fault(
    'unreachable',
    'later',
    describe(call, `the engine can't be reached (${words}); see that dockerd runs and the address is right`),
  );
}

/** No answer in time. `waited` in milliseconds. */
export function tooSlow(call: EngineCall, waited: number): Fault {
  return new Fault(
    'slow',
    'later',
    describe(call, `no answer from the engine within ${waited / 1000} s; it may have happened all the same`),
  );
}

/** What happened to what and what to do, in one line of at most 300 characters. */
export function describe(call: EngineCall, words: string, remedy: string | null = null): string {
  const line = `${call.verb} ${call.object}: ${words}`
    .replace(/[\s\p{Cc}]+/gu, ' ')
    // Ids as `docker ps` shows them; digests stay whole.
    .replace(/(?<!:)\b([a-f0-9]{12})[a-f0-9]{52}\b/g, '$1')
    .trim();
  const end = remedy === null ? '' : `; ${remedy}`;
  const longest = LONGEST_MESSAGE - end.length;
  return (line.length <= longest ? line : `${line.slice(0, longest - 1)}…`) + end;
}

const WRAPPING =
  /^(?:(?:failed to create (?:shim task|shim|task for container)|OCI runtime \w+ failed|runc \w+ failed|exec failed|unable to start container process|error during container init): )+/i;

/** Docker's own words: of the JSON body, else of docker-modem's message without what it puts in front. */
function wordsOf(error: unknown): string {
  if (isObject(error)) {
    if (isObject(error.json) && typeof error.json.message === 'string')
      return unwrapped(error.json.message.trim());
    if (typeof error.message === 'string')
      return unwrapped(error.message.replace(/^\(HTTP code \d+\) [^-]* - /, '').trim());
  }
  // Anything can be thrown, also what can't be made a string.
  return typeof error === 'string' ? error : inspect(error);
}

/** Words without what containerd and runc put around them. */
export function unwrapped(words: string): string {
  const bare = words.replace(WRAPPING, '');
  return bare === words ? words : bare.replace(/: unknown\s*$/, '');
}

const UNITS: Readonly<Record<string, number>> = {
  µs: 0.001,
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** No registry is obeyed for longer, in milliseconds. */
const LONGEST_WAIT = 24 * 3_600_000;

/** Docker passes on a registry's body but not its headers: `retry-after: 30s` stands in the words or nowhere. */
function retryAfter(words: string): number | null {
  const found = /retry[- ]after:?\s*(\d+(?:\.\d+)?)\s*(µs|us|ms|s|m|h)?\b/i.exec(words);
  if (found === null) return null;
  return Math.min(LONGEST_WAIT, Math.ceil(Number(found[1]) * (UNITS[found[2] ?? 's'] ?? 1000)));
}
