/**
 * Bounds the number of connections. When there are too many, the one that has been silent for longest goes, and not the
 * newest: else clients that only hold connections open would keep everybody else out.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export function boundConnections(server: Server, most: number): void {
  /** Those with no request that is being answered, the longest silent first. */
  const silent = new Set<Socket>();
  let count = 0;
  server.on('connection', (socket: Socket) => {
    count += 1;
    silent.add(socket);
    socket.on('close', () => {
      count -= 1;
      silent.delete(socket);
    });
    if (count <= most) return;
    const [oldest = socket] = silent;
    silent.delete(oldest);
    oldest.destroy();
  });
  server.on('request', ({ socket }, response) => {
    silent.delete(socket);
    response.on('close', () => {
      if (!socket.destroyed) silent.add(socket);
    });
  });
}
