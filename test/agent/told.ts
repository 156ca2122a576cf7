/** What an agent tells of itself: its metrics and its events. */
import type { AgentEvent } from '../../src/report/event-ring.js';
import type { Agent } from '../sandbox/agent.js';

export async function metricsOf(agent: Agent): Promise<string> {
  return (await agent.get('/metrics', { within: 30_000 })).body;
}

/** The value of one series, as it is written; 0 where there is none. */
export async function metricOf(agent: Agent, series: string): Promise<number> {
  const line = (await metricsOf(agent)).split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}

export async function eventsOf(agent: Agent): Promise<readonly AgentEvent[]> {
  return (await agent.get('/v1/events')).json as readonly AgentEvent[];
}
