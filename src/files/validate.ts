/**
 * Files checked before they are put in place: each command of the definition is run in a short-lived container of the
 * component's own image, on a copy of the files, with no right, volume or port of the component.
 */
import type { ComponentSpec, ContainerShape } from '../desired/desired.js';
import { networkNeeded } from '../desired/shape.js';
import { type Engine, type ExecResult, Fault } from '../engine/engine.js';
import type { FileRoom } from './files.js';
import { refusalWords } from './refusal-words.js';

/** A check that takes longer has failed; milliseconds. */
const DEADLINE = 30_000;

export interface Checking {
  readonly engine: Pick<Engine, 'create' | 'runToEnd' | 'stop' | 'remove' | 'ensureNetwork'>;
  readonly files: Pick<FileRoom, 'stage' | 'unstage'>;
  /** Of the container. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly networkLabels: Readonly<Record<string, string>>;
}

/** Rejects with a `Fault`: retry `never` where a command refuses the files, else what the engine could not do. */
export async function validate(spec: ComponentSpec, checking: Checking): Promise<void> {
  const { engine, files, networkLabels } = checking;
  const network = networkNeeded(spec.shape);
  if (network !== null) await engine.ensureNetwork(network, networkLabels);
  for (const command of spec.files.validate) {
    const folders = await files.stage(spec);
    const result = await run(checkShape(spec.shape, command), folders, checking);
    const refusal = refusalWords(command, result, DEADLINE);
    if (refusal !== null) throw new Fault('refused', 'never', refusal);
  }
  await files.unstage(spec);
}

/** Null: it has not ended in time. */
async function run(
  shape: ContainerShape,
  fileFolders: ReadonlyMap<string, string>,
  { engine, name, labels }: Checking,
): Promise<ExecResult | null> {
  const request = { name, labels, shape, fileFolders, volumeName: (volume: string) => volume };
  const id = await engine.create({ ...request, stopTimeout: 0 });
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), DEADLINE);
  try {
    return await engine.runToEnd(id, late.signal);
  } catch (error) {
    if (error instanceof Fault && late.signal.aborted) return null;
    throw error;
  } finally {
    clearTimeout(timer);
    // The answer counts. What is left of the container bears its purpose as a label, and is cleared away by the plan.
    await engine
      .stop(id, 0)
      .then(
        () => engine.remove(id),
        () => undefined,
      )
      .catch(() => undefined);
  }
}

/** The command as it stands, without the image's entrypoint. Exported for tests. */
export function checkShape(
  shape: ContainerShape,
  [program = '', ...rest]: readonly string[],
): ContainerShape {
  const { pid: _, ...own } = shape;
  return {
    ...own,
    entrypoint: [program],
    command: rest,
    publish: [],
    volumes: {},
    mounts: shape.mounts.map((mount) => ({ ...mount, readOnly: true })),
    devices: [],
    sysctls: {},
    capAdd: [],
    privileged: false,
    // The engine keeps the words, whatever the component's own driver does with them.
    logging: null,
  };
}
