/** `katod plan`: what the next pass would do, from the running agent, or worked out here where none answers. */
import type { PlanBody } from '../server/plan-body.js';
import { loadSettings } from '../settings/load.js';
import type { Settings } from '../settings/settings.js';
import { askAgent, NoAgent } from './client.js';
import { exitCode, type Invocation } from './command.js';
import { withSettings } from './refuse.js';

export async function plan({ sources, switches }: Invocation): Promise<number> {
  return withSettings(loadSettings(sources), async (settings) => {
    const body = (await fromAgent(settings.listen)) ?? (await withoutAgent(settings));
    const { actions, waiting, stuck, text } = body;
    if (switches.has('json'))
      process.stdout.write(`${JSON.stringify({ actions, waiting, stuck }, null, 2)}\n`);
    else process.stdout.write(text.trim() === '' ? 'nothing to do\n' : `${text.trimEnd()}\n`);
    return actions.length + waiting.length === 0 ? exitCode.done : exitCode.changes;
  });
}

/** Null where no agent answers. */
async function fromAgent(listen: string): Promise<PlanBody | null> {
  try {
    const { status, body } = await askAgent(listen, { path: '/v1/plan' });
    if (status !== 200)
      throw new Error(`the agent at ${listen} answered ${status} to GET /v1/plan: ${body.trim()}`);
    const plan = JSON.parse(body) as PlanBody;
    if (!Array.isArray(plan?.actions))
      throw new Error(`what answers at ${listen} is no agent: it sent no plan`);
    return plan;
  } catch (error) {
    if (error instanceof NoAgent) return null;
    if (error instanceof SyntaxError)
      throw new Error(`what answers at ${listen} is no agent: it sent no JSON`);
    throw error;
  }
}

async function withoutAgent(settings: Settings): Promise<PlanBody> {
  const { planHere } = await import('./plan-here.js');
  return planHere(settings);
}
