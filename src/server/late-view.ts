/** The view of an agent that is still putting itself together: it lives, and has nothing to tell yet. */
import type { AgentView } from './view.js';

export interface LateView {
  readonly view: AgentView;
  /** Resolves when there is an agent to tell of. */
  readonly opened: Promise<void>;
  /** From now on `view` is this one. */
  open(real: AgentView): void;
}

/** `alive` answers for the agent until it is opened; nothing else may be asked before. */
export function lateView(alive: () => boolean): LateView {
  let real: AgentView | null = null;
  let tell = () => {};
  const opened = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const now = (): AgentView => {
    if (real === null) throw new Error('the agent is not put together yet');
    return real;
  };
  return {
    view: {
      alive: () => real?.alive() ?? alive(),
      report: () => now().report(),
      ready: () => now().ready(),
      plan: () => now().plan(),
      metrics: () => now().metrics(),
      events: {
        after: (id) => now().events.after(id),
        follow: (tell) => now().events.follow(tell),
      },
      reconcile: () => now().reconcile(),
    },
    opened,
    open(view) {
      real = view;
      tell();
    },
  };
}
