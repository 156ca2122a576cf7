/** Why a member of the store gave no answer, or what it answered no to; and the sentence operators read about it. */

import { type StatusObject, status } from '@grpc/grpc-js';
import { StoreError } from '../store.js';

/**
 * - `away`: no connection; nothing was sent.
 * - `lost`: no answer that can be relied on; a request to write may have been carried out, or may yet be.
 * - `refused`: the answer was no, or would be: nothing was done.
 */
type FaultKind = 'away' | 'lost' | 'refused';

/** What a refusal is about, where that matters: a token that is to be renewed, a user who has no permission. */
type Matter = 'token' | 'permission' | 'no lease' | 'no users' | 'password';

interface FaultDetails {
  /** What to do about it. Default: to look at etcd. */
  readonly remedy?: string;
  readonly matter?: Matter;
}

export class EtcdFault extends Error {
  override readonly name = 'EtcdFault';
  readonly kind: FaultKind;
  readonly remedy: string;
  readonly matter: Matter | null;

  /** `cause` is a few stable words without addresses, times or counters: the same trouble reads the same. */
  constructor(kind: FaultKind, cause: string, { remedy, matter }: FaultDetails = {}) {
    super(cause);
    this.kind = kind;
    this.remedy = remedy ?? (kind === 'refused' ? SEE_LOG : CHECK);
    this.matter = matter ?? null;
  }
}

export const NO_ANSWER = 'no answer';
const CHECK = 'check that etcd runs there and that this host can reach it';
const SEE_LOG = "see what etcd's log says about it";

/** How gRPC tells that a call has ended. */
type Ended = Pick<StatusObject, 'code' | 'details'>;

export function callFault(error: Ended): EtcdFault {
  if (!error.details.startsWith('etcdserver')) return new EtcdFault('lost', transportCause(error));
  const matter = matterOf(error.details);
  if (matter !== null) return new EtcdFault('refused', error.details, { matter });
  return new EtcdFault(isRefusal(error.code) ? 'refused' : 'lost', error.details);
}

/** By etcd's words, since it uses one status for many things; they are part of its API (rpctypes) since 3.0. */
export function matterOf(words: string): Matter | null {
  if (/invalid auth token|revision of auth store is old|user name is empty/.test(words)) return 'token';
  if (words.includes('permission denied')) return 'permission';
  if (words.includes('authentication is not enabled')) return 'no users';
  if (words.includes('authentication failed')) return 'password';
  if (words.includes('requested lease not found')) return 'no lease';
  return null;
}

function isRefusal(code: status): boolean {
  switch (code) {
    case status.INVALID_ARGUMENT:
    case status.NOT_FOUND:
    case status.ALREADY_EXISTS:
    case status.PERMISSION_DENIED:
    case status.RESOURCE_EXHAUSTED:
    case status.FAILED_PRECONDITION:
    case status.UNIMPLEMENTED:
    case status.UNAUTHENTICATED:
      return true;
    default:
      return false;
  }
}

function transportCause(error: Ended): string {
  switch (error.code) {
    case status.OK:
      return 'the watch was ended';
    case status.UNAVAILABLE:
    case status.CANCELLED:
    case status.INTERNAL:
      return 'the connection was cut, or is not etcd';
    case status.DEADLINE_EXCEEDED:
      return NO_ANSWER;
    default:
      return error.details;
  }
}

export function dialFault(error: NodeJS.ErrnoException): EtcdFault {
  return new EtcdFault('away', dialCause(error));
}

function dialCause(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ENOTFOUND':
      return 'unknown host name';
    case 'EAI_AGAIN':
      return 'the host name could not be looked up';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route to the host';
    case 'ETIMEDOUT':
      return NO_ANSWER;
    default:
      return error.code ?? error.message;
  }
}

/** `faults` are by endpoint, in the order of the settings. Each cause and each remedy is said once. */
export function sentence(faults: ReadonlyMap<string, EtcdFault>): string {
  const endpoints = new Map<string, string[]>();
  for (const [endpoint, { message }] of faults) {
    const sharing = endpoints.get(message);
    if (sharing === undefined) endpoints.set(message, [endpoint]);
    else sharing.push(endpoint);
  }
  const each = [...endpoints].map(([cause, sharing]) => `${sharing.join(', ')} (${cause})`);
  const all = [...faults.values()];
  // A remedy of its own is worth more than the general one.
  const own = new Set(all.map(({ remedy }) => remedy).filter((remedy) => remedy !== CHECK));
  const remedies = own.size > 0 ? [...own] : [CHECK];
  const outcome = all.some(({ kind }) => kind === 'refused') ? 'refused' : 'unreachable';
  return `store ${outcome}: ${each.join(', ')}: ${remedies.join('; ')}`;
}

export function refusal(endpoint: string, fault: EtcdFault): StoreError {
  return new StoreError(sentence(new Map([[endpoint, fault]])), { cause: fault });
}
