/** What an operator can do about a component that is not as it should be. Pure. */
import { ready } from './reason.js';
import type { ComponentReport, Report } from './report.js';

/** One line for each thing to do, the nearest first; a single line that says so where there is nothing. */
export function adviceOn(component: ComponentReport, report: Report): readonly string[] {
  const lines = [...nodeAdvice(report), ...componentAdvice(component, report)];
  return lines.length > 0
    ? lines
    : [ready(component) ? 'nothing: it runs as wanted' : 'wait: work is under way'];
}

/** What holds up every component of the node. */
function nodeAdvice({ engine, hold, paused, store }: Report): readonly string[] {
  return [
    ...(engine.reachable ? [] : ['see that dockerd runs on this node: nothing can be done without it']),
    ...(hold === null
      ? []
      : ['bring the right store back; or, where this one is right: katod trust-store, as root on this node']),
    ...(store.reachable || hold !== null
      ? []
      : ['see that the store can be read: until then nothing new is begun, and what ends is started']),
    ...(paused === false ? [] : ['end the pause: katod resume, or katod resume --cluster']),
  ];
}

function componentAdvice(component: ComponentReport, report: Report): readonly string[] {
  const { name, state, health, doing, container, wanted } = component;
  const log = container === null ? [] : [`see what it says: docker logs ${container.id.slice(0, 12)}`];
  if (state === 'invalid')
    return [
      `mend what is refused; katod render ${name} shows what it comes to here, katod validate checks the catalog`,
    ];
  if (state === 'blocked') return ['clear away what is in its way, as said above; it goes on by itself then'];
  if (state === 'finished' && container !== null)
    return [...log, `mend the cause, then: docker rm ${container.id.slice(0, 12)}, and it is made anew`];
  switch (doing?.waits) {
    case 'dependency': {
      const words = new Set(doing.because.split(/[\s,]+/));
      const others = report.components.filter((other) => other.name !== name && words.has(other.name));
      return others.map((other) => `see why that is not ready: katod explain ${other.name}`);
    }
    case 'ensemble':
      return [
        `see who its members are and how they do: katod ensemble ${name}; which nodes are there: katod nodes`,
      ];
    case 'backoff':
      return [...log, `it is tried again by itself${doing.until === null ? '' : ` at ${doing.until}`}`];
    case 'pull':
      return doing.until === null
        ? []
        : [
            `see that the registry has ${wanted?.image ?? 'the image'} and answers; another image: parameter image.${name}`,
          ];
    default:
      return health === 'failing' || (state === 'running' && health !== 'ready') ? log : [];
  }
}
