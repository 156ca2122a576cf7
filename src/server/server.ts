/** Starts the HTTP server on the address of the setting `listen`, and ends it. */
import { chmod } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { type AppOptions, buildApp } from './app.js';
import { clearStaleSocket, type ListenAddress, listenFailure, parseListen } from './listen.js';

export interface ServerOptions extends AppOptions {
  /** `host:port`, `[v6]:port` or `unix:PATH`. A socket file gets mode 0660. */
  readonly listen: string;
}

export interface Server {
  /** Where it listens, as `listen` writes it, with the true port where port 0 was asked for. */
  readonly address: string;
  /** Stops listening and ends the connections. May be called again. */
  close(): Promise<void>;
}

/** Resolves when it listens. Rejects with a `ListenError`, whose message is a sentence that names the address. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { listen, log } = options;
  const wanted = parseListen(listen);
  if (wanted === null) throw listenFailure(listen, new Error('it is neither host:port nor unix:PATH'));
  const app = buildApp(options);
  try {
    const address = await bind(app, wanted);
    log.debug({ address }, 'listening');
    return { address, close: () => app.close() };
  } catch (fault) {
    await app.close();
    throw listenFailure(listen, fault);
  }
}

async function bind(app: FastifyInstance, wanted: ListenAddress): Promise<string> {
  switch (wanted.kind) {
    case 'unix':
      await clearStaleSocket(wanted.path);
      await app.listen({ path: wanted.path });
      await chmod(wanted.path, 0o660);
      return `unix:${wanted.path}`;
    case 'tcp': {
      await app.listen({ host: wanted.host, port: wanted.port });
      const bound = app.server.address();
      const port = typeof bound === 'object' && bound !== null ? bound.port : wanted.port;
      return wanted.host.includes(':') ? `[${wanted.host}]:${port}` : `${wanted.host}:${port}`;
    }
  }
}
