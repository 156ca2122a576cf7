/** Three components for tests of a whole node: two that listen, one after the other, and one that only runs. */
import { listener, SLEEPER } from './node.js';

export const three = {
  components: { db: listener(2181), web: listener(8080, 'after: [db]\n'), cron: SLEEPER },
  roles: { all: ['db', 'web', 'cron'] },
};

/** All of them running, as `untilContainers` says it. */
export const ALL = 'katod-cron running, katod-db running, katod-web running';
