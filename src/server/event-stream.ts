/**
 * Events as they happen, as server-sent events. Whoever reads too slowly is cut off instead of waited for: it comes back
 * with `Last-Event-ID`, and gets what is still there.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AgentEvent } from '../report/event-ring.js';
import { sendProblem } from './problem.js';
import type { AgentView } from './view.js';

/** At once; each may cost `BACKLOG` of memory. */
const MOST_FOLLOWERS = 200;
/** Bytes that are kept for one that does not read. All events there are take less. */
const BACKLOG = 256 * 1024;
/** Milliseconds between two signs of life. */
const HEARTBEAT = 10_000;
/** What a browser waits before it comes back, in milliseconds. */
const RETRY = 2_000;

export class EventStreams {
  readonly #events: AgentView['events'];
  readonly #open = new Set<ServerResponse>();
  #heartbeat: NodeJS.Timeout | null = null;

  constructor({ events }: Pick<AgentView, 'events'>) {
    this.#events = events;
  }

  /** The events that are left after `Last-Event-ID`, or all, then each new one, until either side ends. */
  serve(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (this.#open.size >= MOST_FOLLOWERS) {
      const detail = `${this.#open.size} clients follow the events already; try again later, or without ?follow`;
      return sendProblem(reply.header('retry-after', '10'), 503, detail);
    }
    reply.hijack();
    const response = reply.raw;
    const { socket } = request.raw;
    // The limit on idle connections is for requests; here the heartbeat finds out who has gone.
    socket.setTimeout(0);
    socket.setNoDelay(true);
    response.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    });
    response.write(`retry: ${RETRY}\n\n`);
    const seen = lastEventId(request.headers['last-event-id']);
    for (const event of this.#events.after(seen)) response.write(eventText(event));
    const unfollow = this.#events.follow((event) => send(response, eventText(event)));
    this.#add(response);
    response.on('error', () => response.destroy());
    response.on('close', () => {
      unfollow();
      this.#remove(response);
    });
    return reply;
  }

  /** Ends all of them. */
  close(): void {
    for (const response of this.#open) response.end();
  }

  #add(response: ServerResponse): void {
    this.#open.add(response);
    this.#heartbeat ??= setInterval(() => {
      for (const one of this.#open) send(one, ': alive\n\n');
    }, HEARTBEAT).unref();
  }

  #remove(response: ServerResponse): void {
    this.#open.delete(response);
    if (this.#open.size > 0 || this.#heartbeat === null) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = null;
  }
}

function send(response: ServerResponse, text: string): void {
  if (response.writableEnded || response.destroyed) return;
  if (response.writableLength > BACKLOG) response.destroy();
  else response.write(text);
}

/** Without `event:`, so that a browser's plain `onmessage` gets all of them. */
function eventText(event: AgentEvent): string {
  return `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`;
}

function lastEventId(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null;
}
