/** Why a member of the store gave no answer, or what it answered no to; and the sentence operators read about it. */

import { type StatusObject, status } from '@grpc/grpc-js';

/**
 * - `away`: no connection; nothing was sent.
 * - `lost`: no answer that can be relied on; a request to write may have been carried out, or may yet be.
 * - `refused`: the member answered no; nothing was done.
 */
type FaultKind = 'away' | 'lost' | 'refused';

export class EtcdFault extends Error {
  override readonly name = 'EtcdFault';
  readonly kind: FaultKind;

  /** `cause` is a few stable words without addresses, times or counters: the same trouble reads the same. */
  constructor(kind: FaultKind, cause: string) {
    super(cause);
    this.kind = kind;
  }
}

export const NO_ANSWER = 'no answer';

/** How gRPC tells that a call has ended. */
type Ended = Pick<StatusObject, 'code' | 'details'>;

export function callFault(error: Ended): EtcdFault {
  if (!error.details.startsWith('etcdserver')) return new EtcdFault('lost', transportCause(error));
  return new EtcdFault(isRefusal(error.code) ? 'refused' : 'lost', error.details);
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

/** `causes` are by endpoint, in the order of the settings. */
export function unreachable(causes: ReadonlyMap<string, string>): string {
  const each = [...causes].map(([endpoint, cause]) => `${endpoint} (${cause})`);
  return `store unreachable: ${each.join(', ')}: check that etcd runs there and that this host can reach it`;
}
