/** Keeps one lease alive on one connection, until that fails or the lease is gone. */

import type { StreamCall } from './channel.js';
import type { EtcdConnection } from './connection.js';
import { EtcdFault, NO_ANSWER } from './fault.js';
import type { LeaseKeepAliveRequest, LeaseKeepAliveResponse } from './messages.js';

export interface KeepAlive {
  readonly connection: EtcdConnection;
  readonly lease: bigint;
  /** Between two questions; milliseconds. */
  readonly interval: number;
  /** For each answer; milliseconds. */
  readonly deadline: number;
  /** Whether it can't have run out yet. */
  readonly holds: () => boolean;
  /** The lease has at least `ttl` milliseconds from when the question was asked, a time of `performance.now()`. */
  readonly renewed: (asked: number, ttl: number) => void;
  /** Ends it without a fault. */
  readonly until: AbortSignal;
}

/** The first question comes at once. Rejects with an `EtcdFault`, of matter `no lease` when the lease is gone. */
export async function keepAlive(keeping: KeepAlive): Promise<void> {
  await keepAliveAs(await keeping.connection.token(), keeping);
}

function keepAliveAs(
  token: string | null,
  { connection, lease, interval, deadline, holds, renewed, until }: KeepAlive,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let asked = 0;
    let next: NodeJS.Timeout | undefined;
    let late: NodeJS.Timeout | undefined;

    const end = (fault?: EtcdFault): void => {
      clearTimeout(next);
      clearTimeout(late);
      until.removeEventListener('abort', stop);
      call.cancel();
      if (fault === undefined) resolve();
      else reject(fault);
    };
    const stop = (): void => end();
    const gone = (): void => end(new EtcdFault('refused', 'the lease has run out', { matter: 'no lease' }));
    const ask = (): void => {
      // After this program has stood still, whatever etcd makes of it.
      if (!holds()) {
        gone();
        return;
      }
      asked = performance.now();
      late = setTimeout(() => end(new EtcdFault('lost', NO_ANSWER)), deadline);
      call.send({ id: lease });
    };
    const answered = ({ ttl }: LeaseKeepAliveResponse): void => {
      clearTimeout(late);
      if (ttl <= 0n) {
        gone();
        return;
      }
      renewed(asked, Number(ttl) * 1_000);
      next = setTimeout(ask, interval);
    };

    const call: StreamCall<LeaseKeepAliveRequest> = connection.keepAlive(token, { answered, ended: end });
    until.addEventListener('abort', stop);
    ask();
    if (until.aborted) stop();
  });
}
