/** Small servers for the tests of checks: each on a free port of 127.0.0.1, ended with its test. */
import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';

/** Returns the port. Connections still open are cut when the test ends. */
export async function serveTcp(t: Test, onSocket: (socket: Socket) => void): Promise<number> {
  return listen(t, createTcp({ allowHalfOpen: true }, onSocket));
}

export async function serveHttp(t: Test, onRequest: RequestListener): Promise<number> {
  return listen(t, createHttp(onRequest));
}

/** A port on which nobody listens: one that was just given back. */
export async function closedPort(): Promise<number> {
  const server = createTcp().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listen(t: Test, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
