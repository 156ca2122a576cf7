/** The HTTP application: limits, the check of `Host`, errors, and the routes. Not yet listening. */
import type { Socket } from 'node:net';
import fastify, { type ConnectionError, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { boundConnections } from './connections.js';
import { EventStreams } from './event-stream.js';
import { answersTo, type ServerNames } from './names.js';
import { rawProblem, sendProblem } from './problem.js';
import { addRoutes } from './routes.js';
import type { AgentView } from './view.js';

export interface AppOptions {
  readonly names: ServerNames;
  readonly log: Pick<Logger, 'debug' | 'error'>;
  readonly view: AgentView;
  /** Requests wait for it, all but `/livez`; default: there is nothing to wait for. */
  readonly opened?: Promise<void>;
}

/** Requests are small and local, so slow clients are cut off early. Milliseconds, bytes, connections. */
const LIMITS = {
  headers: 5000,
  request: 10_000,
  idle: 10_000,
  keepAlive: 5000,
  body: 4096,
  connections: 512,
};

export function buildApp({ names, log, view, opened }: AppOptions): FastifyInstance {
  const app = fastify({
    // The log of fastify would write a line at level info for each request and for listening.
    logger: false,
    connectionTimeout: LIMITS.idle,
    requestTimeout: LIMITS.request,
    keepAliveTimeout: LIMITS.keepAlive,
    bodyLimit: LIMITS.body,
    // A name too long for a component is one that is not there; the limit on headers bounds it.
    routerOptions: { maxParamLength: 16 * 1024 },
    forceCloseConnections: true,
    // Node would refuse HTTP/1.1 without Host by itself, but without a problem document.
    http: { headersTimeout: LIMITS.headers, connectionsCheckingInterval: 1000, requireHostHeader: false },
    clientErrorHandler,
    // No route has a schema, and loading what compiles schemas takes longer than all the rest of fastify.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    frameworkErrors: (fault, _request, reply) => {
      void sendProblem(reply, fault.statusCode ?? 400, fault.message);
    },
  });
  boundConnections(app.server, LIMITS.connections);

  // No route reads a body; what is sent is taken in up to the limit and dropped.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null));

  app.addHook('onRequest', (request, reply, done) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    const { url = '', httpVersion, rawHeaders } = request.raw;
    // Node keeps the first of several and drops the rest in silence.
    const hosts = rawHeaders.filter((_text, at) => at % 2 === 1 && /^host$/i.test(rawHeaders[at - 1] ?? ''));
    // A target with a name of its own goes before the header (RFC 9112, section 3.2.2).
    const host = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? hosts[0];
    if (hosts.length > 1) return void sendProblem(reply, 400, 'more than one Host header');
    if (host === undefined && httpVersion === '1.0') return done();
    if (host === undefined) return void sendProblem(reply, 400, 'HTTP/1.1 needs a Host header');
    if (answersTo(names, host)) return done();
    const shown = host.length > 100 ? `${host.slice(0, 99)}…` : host;
    const remedy = 'ask by IP address, or add the name to the setting hostNames';
    void sendProblem(reply, 421, `this agent does not answer to the name '${shown}'; ${remedy}`);
  });
  if (opened !== undefined) {
    app.addHook('preHandler', async ({ routeOptions }) => {
      if (routeOptions.url !== '/livez') await opened;
    });
  }
  app.addHook('onResponse', (request, reply, done) => {
    const fields = { method: request.method, url: request.url.slice(0, 200), status: reply.statusCode };
    log.debug(fields, 'request answered');
    done();
  });

  app.setNotFoundHandler((_request, reply) => sendProblem(reply, 404, 'there is nothing under this path'));
  app.setErrorHandler((fault, request, reply) => {
    const status = statusOf(fault);
    if (status < 500)
      return sendProblem(reply, status, fault instanceof Error ? fault.message : 'bad request');
    // A fault of the agent itself, which only its log can tell about.
    log.error({ err: fault, method: request.method, url: request.url.slice(0, 200) }, 'request failed');
    return sendProblem(reply, 500, "the agent failed to answer; its log tells why ('request failed')");
  });
  const streams = new EventStreams(view);
  app.addHook('preClose', (done) => {
    streams.close();
    done();
  });
  addRoutes(app, view, streams);
  return app;
}

function noSchemas(): never {
  throw new Error('no route has a schema');
}

function statusOf(fault: unknown): number {
  const status = fault instanceof Error && 'statusCode' in fault ? fault.statusCode : null;
  return typeof status === 'number' && status >= 400 ? status : 500;
}

function clientErrorHandler({ code }: ConnectionError, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
  } else if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    socket.end(rawProblem(408, 'the request did not arrive in time'));
  } else if (code === 'HPE_HEADER_OVERFLOW') {
    socket.end(rawProblem(431, 'the headers are too long'));
  } else {
    socket.end(rawProblem(400, 'this is not HTTP'));
  }
}
