/** Where the server listens: the setting taken apart, the socket file made ready, and failures put into sentences. */
import { lstat, stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** A failure to listen whose message names the address and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Takes `host:port`, `[v6]:port` or `unix:PATH` apart; null for anything else. Port 0: any free one. */
export function parseListen(text: string): ListenAddress | null {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    return path === '' ? null : { kind: 'unix', path };
  }
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port > 65535 ? null : { kind: 'tcp', host, port };
}

/** Removes a socket file that nothing answers on. Rejects with a `ListenError` when something does, or it is no socket. */
export async function clearStaleSocket(path: string): Promise<void> {
  // Binding would call a missing folder a lack of permission (libuv).
  await stat(dirname(path));
  try {
    if (!(await lstat(path)).isSocket()) {
      throw new ListenError(
        `unix:${path} is a file that is no socket: move it away, or set listen to another path`,
      );
    }
    if (await answers(path)) throw new ListenError(inUse(`unix:${path}`));
    await unlink(path);
  } catch (fault) {
    if (codeOf(fault) !== 'ENOENT') throw fault;
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Anything but a plain refusal, such as a full backlog, means that somebody is there.
    socket.once('error', (fault) => resolve(codeOf(fault) !== 'ECONNREFUSED' && codeOf(fault) !== 'ENOENT'));
  });
}

/** Why listening failed, in a sentence. */
export function listenFailure(listen: string, fault: unknown): ListenError {
  if (fault instanceof ListenError) return fault;
  const options = { cause: fault };
  switch (codeOf(fault)) {
    case 'EADDRINUSE':
      return new ListenError(inUse(listen), options);
    case 'EADDRNOTAVAIL':
      return new ListenError(
        `can't listen on ${listen}: this host does not have that address; correct listen`,
        options,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ListenError(
        `can't listen on ${listen}: the name does not resolve; set listen to an address`,
        options,
      );
    case 'EACCES':
    case 'EPERM':
      return new ListenError(
        `can't listen on ${listen}: permission denied; run as root or correct listen`,
        options,
      );
    case 'ENOENT':
      return new ListenError(
        `can't listen on ${listen}: its folder does not exist; create it or correct listen`,
        options,
      );
    default: {
      const words = fault instanceof Error ? fault.message : String(fault);
      return new ListenError(`can't listen on ${listen}: ${words}; correct listen`, options);
    }
  }
}

function inUse(listen: string): string {
  return `${listen} is already in use: end the other program (another agent?), or set listen to another address`;
}

function codeOf(fault: unknown): unknown {
  return fault instanceof Error && 'code' in fault ? fault.code : null;
}
