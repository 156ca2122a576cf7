/** The plan worked out without an agent. */
import { printPlan } from '../plan/print.js';
import { masked } from '../report/masked.js';
import { type PlanBody, planBody } from '../server/plan-body.js';
import type { Settings } from '../settings/settings.js';
import { lookHere } from './look-here.js';

/** What an agent started now would do first. Rejects where the engine can't be looked at. */
export async function planHere(settings: Settings): Promise<PlanBody> {
  const { input, mask } = await lookHere(settings);
  if (input.engine.problem !== null) throw new Error(input.engine.problem);
  return masked(planBody(input.plan, printPlan(input.plan).join('\n')), mask);
}
