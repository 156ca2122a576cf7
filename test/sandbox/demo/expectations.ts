/** What the steps wait for: each look throws, with what it has seen, until it is so. */
import type { Report } from '../../../src/report/report.js';
import type { Agent } from '../agent.js';
import { components } from './components.js';
import type { Stage } from './stage.js';
import { type Container, containersOn } from './world.js';

/** A report as one line. */
export function inWords({ status, reasons }: Report): string {
  return reasons.length === 0 ? status : `${status}: ${reasons.join('; ')}`;
}

/** All seven are ready, whatever the store. */
export async function allReady(agent: Agent): Promise<Report> {
  const report = await agent.health();
  const ready = report.components.filter(({ state, health }) => state === 'running' && health === 'ready');
  if (ready.length !== components.length || report.components.length !== ready.length)
    throw new Error(inWords(report));
  return report;
}

/** All seven are ready, and the agent has nothing to complain about. */
export async function healthy({ agent }: Stage): Promise<void> {
  const report = await allReady(agent);
  if (report.status !== 'healthy') throw new Error(inWords(report));
}

/** Nothing is wanted, and the engine has no container. */
export async function gone({ agent, host }: Stage): Promise<void> {
  const report = await agent.health();
  if (report.status !== 'healthy' || report.components.length > 0) throw new Error(inWords(report));
  const left = await containersOn(host);
  if (left.length > 0) throw new Error(`containers of ${left.map(({ component }) => component).join(', ')}`);
}

/** The component's container runs anew and is ready, and no other was touched; returns why it was started. */
export async function restarted(
  { agent, host }: Stage,
  component: string,
  before: readonly Container[],
): Promise<string> {
  const was = new Map(before.map((container) => [container.component, container]));
  const now = await containersOn(host);
  for (const { component: name, id, startedAt } of now) {
    const moved = was.get(name)?.id !== id || was.get(name)?.startedAt !== startedAt;
    if (name === component && !moved) throw new Error(`${name} was not started again`);
    if (name !== component && moved) throw new Error(`${name} was started again too`);
  }
  const report = await allReady(agent);
  const told = report.components.find(({ name }) => name === component);
  // A report from before the kill says ready, too.
  if (told?.container?.startedAt !== now.find((one) => one.component === component)?.startedAt)
    throw new Error(`the agent has not seen yet that ${component} was started again`);
  return told?.lastAction?.because ?? 'for no known reason';
}
