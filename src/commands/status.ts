/** `katod status`: how this node is, as the agent reports it. */
import type { Report } from '../report/report.js';
import { loadSome } from '../settings/load.js';
import { askAgent, NoAgent } from './client.js';
import { paintFor } from './columns.js';
import { exitCode, type Invocation } from './command.js';
import { fail, withSettings } from './refuse.js';
import { statusLines } from './status-text.js';

export async function status({ sources, switches }: Invocation): Promise<number> {
  return withSettings(loadSome(sources, ['listen']), async ({ listen }) => {
    const asJson = switches.has('json');
    if (switches.has('watch')) return (await import('./watch.js')).watch(() => look(listen, asJson));
    const seen = await look(listen, asJson);
    if (seen.report === null) return fail(seen.text);
    process.stdout.write(`${seen.text}\n`);
    return seen.report.status === 'healthy' ? exitCode.done : exitCode.notHealthy;
  });
}

/** What the agent answered, as it is to be shown; without a report where it did not. */
export interface Sight {
  readonly report: Report | null;
  readonly text: string;
}

async function look(listen: string, asJson: boolean): Promise<Sight> {
  try {
    const { status: code, body } = await askAgent(listen, { path: '/health' });
    if (code !== 200 && code !== 503)
      return { report: null, text: `the agent at ${listen} answered ${code}: ${body.trim()}` };
    const report = JSON.parse(body) as Report;
    if (!Array.isArray(report?.components))
      return { report: null, text: `what answers at ${listen} is no agent: it sent no report` };
    if (asJson) return { report, text: JSON.stringify(report, null, 2) };
    const drawing = {
      columns: process.stdout.columns || 80,
      paint: paintFor(process.stdout),
      now: Date.now(),
    };
    return { report, text: statusLines(report, drawing).join('\n') };
  } catch (error) {
    if (error instanceof NoAgent) return { report: null, text: error.message };
    if (error instanceof SyntaxError)
      return { report: null, text: `what answers at ${listen} is no agent: it sent no JSON` };
    throw error;
  }
}
