/** `katod explain`: what is wanted of a component and what is there, what it waits for and why, and what one can do. */
import { loadCatalog } from '../catalog/load.js';
import { componentsOf } from '../catalog/stack.js';
import type { AgentEvent } from '../report/event-ring.js';
import type { Report } from '../report/report.js';
import type { PlanBody } from '../server/plan-body.js';
import { loadSettings } from '../settings/load.js';
import { suggestion } from '../settings/nearest.js';
import type { Settings } from '../settings/settings.js';
import { askAgent, NoAgent } from './client.js';
import { paintFor } from './columns.js';
import { exitCode, type Invocation } from './command.js';
import { explanationLines, explanationOf, type Known } from './explanation.js';
import { misuse, withSettings } from './refuse.js';

export async function explain({ sources, switches, words }: Invocation): Promise<number> {
  const [name = ''] = words;
  return withSettings(loadSettings(sources), async (settings) => {
    const known = (await fromAgent(settings.listen)) ?? (await withoutAgent(settings));
    const here = known.report.components.some((component) => component.name === name);
    const elsewhere = here ? '' : await whyNotHere(name, known.report, settings);
    if (elsewhere === null) {
      const names = known.report.components.map((component) => component.name);
      const there = names.length === 0 ? 'this node has none' : `this node has ${names.join(', ')}`;
      return misuse(`there is no component "${name}"; ${there}${suggestion(name, names)}`, 'explain');
    }
    const explanation = explanationOf(name, known, elsewhere);
    const drawing = {
      columns: process.stdout.columns || 80,
      paint: paintFor(process.stdout),
      now: Date.now(),
    };
    const said = switches.has('json')
      ? JSON.stringify(explanation, null, 2)
      : explanationLines(explanation, drawing).join('\n');
    process.stdout.write(`${said}\n`);
    return exitCode.done;
  });
}

/** Null where no agent answers. */
async function fromAgent(listen: string): Promise<Known | null> {
  const ask = async <Body>(path: string): Promise<Body> => {
    const { status, body } = await askAgent(listen, { path });
    if (status !== 200 && status !== 503)
      throw new Error(`the agent at ${listen} answered ${status} to GET ${path}: ${body.trim()}`);
    return JSON.parse(body) as Body;
  };
  try {
    const [report, plan, events] = await Promise.all([
      ask<Report>('/health'),
      ask<PlanBody>('/v1/plan'),
      ask<readonly AgentEvent[]>('/v1/events'),
    ]);
    if (!Array.isArray(report?.components) || !Array.isArray(events))
      throw new Error(`what answers at ${listen} is no agent: it sent no report`);
    return { from: 'agent', report, plan, events };
  } catch (error) {
    if (error instanceof NoAgent) return null;
    if (error instanceof SyntaxError)
      throw new Error(`what answers at ${listen} is no agent: it sent no JSON`);
    throw error;
  }
}

async function withoutAgent(settings: Settings): Promise<Known> {
  const { knownHere } = await import('./explain-here.js');
  return knownHere(settings);
}

/** Null: nobody knows such a component. */
async function whyNotHere(
  name: string,
  { roles, stack }: Report,
  settings: Settings,
): Promise<string | null> {
  const catalog = (await loadCatalog(settings.catalog)).stacks.get(stack);
  if (catalog === undefined || !componentsOf(catalog).includes(name)) return null;
  const having = [...catalog.roles].flatMap(([role, { components }]) =>
    components.includes(name) ? [role] : [],
  );
  if (having.some((role) => roles.includes(role)))
    return 'nothing: it is left out on this node, as a `when` of its definition or of the role says';
  return `nothing: it belongs to ${having.map((role) => `role ${role}`).join(', ')}, which this node does not have; to give it one: katod role ${settings.node} ${having[0] ?? 'ROLE'}`;
}
