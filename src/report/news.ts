/** What has changed between two reports that belongs into the log. Pure. */
import { ready } from './reason.js';
import type { Report } from './report.js';

export interface News {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Nothing where nothing has changed. */
export function newsOf(before: Report | null, now: Report): readonly News[] {
  const news: News[] = [];
  if (before?.roles.join() !== now.roles.join() || before.stack !== now.stack) {
    if (now.store.from !== null)
      news.push({ level: 'info', message: 'role', fields: { roles: now.roles, stack: now.stack } });
  }
  for (const component of now.components) {
    const { name, state } = component;
    const was = before?.components.find((one) => one.name === name);
    if (state === 'invalid' && was?.state !== 'invalid') {
      const problem = now.reasons.find((reason) => reason.startsWith(`${name}: `)) ?? '';
      news.push({ level: 'warn', message: 'component refused', fields: { component: name, problem } });
    } else if (ready(component) && !(was && ready(was))) {
      news.push({ level: 'info', message: 'component ready', fields: { component: name } });
    } else if (was && ready(was) && !ready(component)) {
      news.push({ level: 'info', message: 'component not ready', fields: { component: name, state } });
    }
  }
  if (before !== null && before.status !== now.status) {
    const level = now.status === 'degraded' ? 'warn' : 'info';
    const fields = { from: before.status, to: now.status, reasons: now.reasons };
    news.push({ level, message: 'node status', fields });
  }
  return news;
}
