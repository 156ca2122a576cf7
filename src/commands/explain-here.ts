/** What can be said of a component without an agent. */
import { printPlan } from '../plan/print.js';
import { buildReport } from '../report/build.js';
import { masked } from '../report/masked.js';
import { planBody } from '../server/plan-body.js';
import type { Settings } from '../settings/settings.js';
import type { Known } from './explanation.js';
import { lookHere } from './look-here.js';

export async function knownHere(settings: Settings): Promise<Known> {
  const { input, mask } = await lookHere(settings);
  const plan = planBody(input.plan, printPlan(input.plan).join('\n'));
  return masked({ from: 'here', report: buildReport(input, null), plan, events: [] }, mask);
}
