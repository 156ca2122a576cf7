/** The paths of the API (contract, section 5) and what each answers. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONTENT_TYPE as METRICS_TYPE } from '../metrics/family.js';
import { ready } from '../report/reason.js';
import type { ComponentReport } from '../report/report.js';
import type { EventStreams } from './event-stream.js';
import { sendProblem } from './problem.js';
import type { AgentView } from './view.js';

interface Route {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly answer: (request: FastifyRequest, reply: FastifyReply) => FastifyReply | Promise<FastifyReply>;
}

export function addRoutes(app: FastifyInstance, view: AgentView, streams: EventStreams): void {
  for (const { method, url, answer } of routesOf(view, streams)) {
    app.route({ method, url, handler: answer });
    const allowed = method === 'GET' ? ['GET', 'HEAD'] : [method];
    const others = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
      (other) => !allowed.includes(other),
    );
    app.route({
      method: others,
      url,
      exposeHeadRoute: false,
      handler: (request, reply) =>
        sendProblem(
          reply.header('allow', allowed.join(', ')),
          405,
          `${request.method} is not possible here; use ${allowed.join(' or ')}`,
        ),
    });
  }
}

function routesOf(view: AgentView, streams: EventStreams): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/livez',
      answer: (_request, reply) =>
        view.alive() ? sendText(reply, 200, 'ok') : sendText(reply, 503, "the agent's loop does not turn"),
    },
    {
      method: 'GET',
      url: '/readyz',
      answer: async (_request, reply) => {
        const { ok, reasons } = await view.ready();
        if (ok) return sendText(reply, 200, 'ok');
        return sendText(reply, 503, reasons.length === 0 ? 'not ready' : reasons.join('\n'));
      },
    },
    {
      method: 'GET',
      url: '/health',
      answer: async (_request, reply) => {
        const { ok, report } = await view.ready();
        return sendJson(reply, ok ? 200 : 503, report);
      },
    },
    {
      method: 'GET',
      url: '/health/:component',
      answer: async ({ params }, reply) => {
        const wanted = nameIn(params);
        const { components } = await view.report();
        const component = components.find(({ name }) => name === wanted);
        if (component !== undefined) return sendJson(reply, isGood(component) ? 200 : 503, component);
        return sendProblem(reply, 404, 'no such component on this node; GET /health lists them');
      },
    },
    {
      method: 'GET',
      url: '/v1/plan',
      answer: ({ headers }, reply) => {
        const plan = view.plan();
        if (headers.accept?.startsWith('text/plain')) return sendText(reply, 200, plan.text);
        return sendJson(reply, 200, plan);
      },
    },
    {
      method: 'GET',
      url: '/v1/events',
      answer: (request, reply) =>
        request.method === 'GET' && follows(request.query)
          ? streams.serve(request, reply)
          : sendJson(reply, 200, view.events.after(null)),
    },
    {
      method: 'GET',
      url: '/metrics',
      answer: async (_request, reply) =>
        reply
          .code(200)
          .type(METRICS_TYPE)
          .send(await view.metrics()),
    },
    {
      method: 'POST',
      url: '/v1/reconcile',
      answer: (_request, reply) => {
        view.reconcile();
        return reply.code(202).send();
      },
    },
  ];
}

/** One that is not wanted here any more is on its way out, and not good to rely upon. */
function isGood(component: ComponentReport): boolean {
  return ready(component) && component.wanted !== null;
}

function nameIn(params: unknown): string | null {
  const named = typeof params === 'object' && params !== null && 'component' in params;
  return named && typeof params.component === 'string' ? params.component : null;
}

/** `?follow`, whatever its value, unless that says no. */
function follows(query: unknown): boolean {
  if (typeof query !== 'object' || query === null || !('follow' in query)) return false;
  return query.follow !== 'false' && query.follow !== '0';
}

function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(`${text.trimEnd()}\n`);
}

function sendJson(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(`${JSON.stringify(body)}\n`);
}
