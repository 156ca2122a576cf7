/** Whether a member of an ensemble may start on the data that is there: it must be its own, by its number. */
import type { ComponentSpec } from '../desired/desired.js';
import { containerName, volumeName } from './names.js';
import type { OwnContainer } from './observed.js';
import type { PlanInput } from './plan.js';
import type { Step } from './step.js';

/** Null: nothing is in the way. */
export function ensembleIdObstacle(
  { name: component, ensemble, shape }: ComponentSpec,
  current: OwnContainer,
  { observed, prefix }: Pick<PlanInput, 'observed' | 'prefix'>,
): Step {
  if (ensemble === undefined || ensemble.id === null) return null;
  const seen = observed.ensembleIds.get(current.id);
  const { number } = ensemble;
  const { volume, path } = ensemble.id;
  // It was seen running, and has ended since: the next look tells.
  if (seen === undefined) return wait(component, `${path} has not been read yet`);
  if (!seen.known) return wait(component, `the number in ${path} can't be read: ${seen.why}`);
  const text = seen.text?.trim() ?? '';
  if (text === '' || text === String(number)) return null;
  // Without its own number no other of its volumes is of use, and while nothing is created they can be removed.
  const all = Object.keys(shape.volumes).sort();
  const because =
    `the data in volume ${volumeName(prefix, component, volume)} is that of member ${text} (${path}), and this node is ` +
    `member ${number} of ensemble ${component}: bring back the data of member ${number}; or, if this data is not needed ` +
    `any more, katod pause && docker rm ${containerName(prefix, component)} && docker volume rm ` +
    `${all.map((each) => volumeName(prefix, component, each)).join(' ')} && katod resume`;
  return { component, state: 'blocked', because };
}

function wait(component: string, because: string): Step {
  return { component, waits: null, until: null, because };
}
