/** Carries out one action: one switch, no decisions. Rejects with a `Fault`, or a file system's error. */
import { networkNeeded } from '../desired/shape.js';
import type { Engine } from '../engine/engine.js';
import type { FileRoom } from '../files/files.js';
import { validate } from '../files/validate.js';
import type { Action } from '../plan/action.js';
import { checkName, volumeName } from '../plan/names.js';
import type { Coordinating } from './coordinating.js';
import { checkLabels, LABEL, labelsFor } from './labels.js';

export interface Hands {
  readonly engine: Engine;
  readonly files: FileRoom;
  readonly node: string;
  readonly prefix: string;
  readonly coordinating: Pick<Coordinating, 'claim' | 'giveUp' | 'mark'>;
  /** The cluster's id, or null while it has none. */
  readonly cluster: () => string | null;
}

export async function carryOut(
  action: Exclude<Action, { do: 'pull' }>,
  { engine, files, node, prefix, cluster, coordinating }: Hands,
): Promise<void> {
  switch (action.do) {
    case 'create': {
      const { spec, name } = action;
      const network = networkNeeded(spec.shape);
      if (network !== null) await engine.ensureNetwork(network, { [LABEL.node]: node });
      const fileFolders = await files.place(spec, action.kept ? 'kept' : 'wanted');
      if (!action.kept) await files.noteTakenUp(spec);
      await engine.create({
        name,
        labels: labelsFor(spec, node, cluster()),
        shape: spec.shape,
        fileFolders,
        volumeName: (volume) => volumeName(prefix, spec.name, volume),
        stopTimeout: spec.stopTimeout,
      });
      return;
    }
    case 'start':
      if (action.spec) {
        await files.place(action.spec);
        await files.noteTakenUp(action.spec);
      }
      return engine.start(action.id);
    case 'check': {
      const { spec } = action;
      const name = checkName(prefix, spec.name, spec.files.digest);
      const labels = checkLabels(spec.name, node, cluster());
      return validate(spec, { engine, files, name, labels, networkLabels: { [LABEL.node]: node } });
    }
    case 'reload':
      await files.place(action.spec);
      if (action.by === 'restart') await engine.restart(action.id, action.spec.stopTimeout);
      else for (const signal of action.by) await engine.signal(action.id, signal);
      return files.noteTakenUp(action.spec);
    case 'stop':
      return engine.stop(action.id, action.timeout);
    case 'restart':
      return engine.restart(action.id, action.timeout);
    case 'retire':
    case 'rename':
      return engine.rename(action.id, action.name);
    case 'remove':
      return engine.remove(action.id);
    case 'unpause':
      return engine.unpause(action.id);
    case 'claim':
      return coordinating.claim(action.slot, { component: action.component, why: action.why });
    case 'giveUp':
      return coordinating.giveUp(action.slots);
    case 'mark':
      return coordinating.mark(action.component, action.definition, action.state);
  }
}
