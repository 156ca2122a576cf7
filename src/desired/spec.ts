/** The spec of a component out of its rendered definition, with all defaults filled in. */
import type { DefinitionText } from '../catalog/definition.js';
import type { Definition } from '../catalog/read-definition.js';
import type { ComponentSpec } from './desired.js';
import { type DefinitionSource, definitionHash, digestOf } from './digest.js';
import { disruptionOf } from './disruption.js';
import { clusterUse } from './ensemble-wait.js';
import { fileSetOf, type GivenFile, sortFiles } from './files.js';
import { clusterParameters } from './parameters.js';
import { probesOf } from './probes.js';
import type { Rendering } from './rendering.js';
import { hostPortsOf, shapeOf } from './shape.js';

export function specOf(
  text: DefinitionText,
  definition: Definition,
  {
    rendering,
    image,
    files,
  }: { readonly rendering: Rendering; readonly image: string; readonly files: readonly GivenFile[] },
): ComponentSpec {
  const sorted = sortFiles(files);
  const shape = shapeOf(text, image, sorted);
  const digest = digestOf(shape);
  const { stack, accepted } = rendering;
  const { name: component, uses } = definition;
  const templates = [...definition.files].map(([name, file]) => [name, file.template.source]);
  return {
    name: component,
    description: text.description,
    shape,
    digest,
    files: fileSetOf(sorted, digest),
    definition: definitionHash({
      document: definition.document,
      templates: Object.fromEntries(templates),
      params: clusterParameters(stack, accepted, { uses, component }),
      ...clusterSource(definition, rendering),
    }),
    ...seatOf(text, definition, rendering),
    pull: text.pull ?? 'missing',
    labels: text.labels ?? {},
    hostPorts: hostPortsOf(text),
    after: [...new Set(text.after ?? [])],
    probes: probesOf(text.probes ?? {}),
    disruption: disruptionOf(component, text.disruption),
    restart: {
      policy: text.restart?.policy ?? 'always',
      min: text.restart?.min ?? 1_000,
      max: text.restart?.max ?? Math.max(60_000, text.restart?.min ?? 0),
      reset: text.restart?.reset ?? 600_000,
      cleanExits: text.restart?.cleanExits ?? [],
      finalExits: text.restart?.finalExits ?? [],
    },
    stopTimeout: text.stop?.timeout ?? 10_000,
  };
}

function seatOf(
  { ensembleId, volumes = {} }: DefinitionText,
  { name, uses }: Definition,
  { view }: Rendering,
): Pick<ComponentSpec, 'ensemble'> {
  const own = view.ensembles.get(name);
  if (!uses.ownEnsemble || !own?.ok || own.number === null) return {};
  const folder = ensembleId && volumes[ensembleId.volume];
  const id =
    ensembleId === undefined || folder === undefined
      ? null
      : { volume: ensembleId.volume, path: `${folder}/${ensembleId.file}` };
  return { ensemble: { number: own.number, nodes: own.seats.map((seat) => seat.name), id } };
}

/** What it uses of the cluster, without what is this node's own: its number, and parameters that it alone has. */
function clusterSource(
  { name: component, uses }: Definition,
  { stack, accepted, view }: Rendering,
): Pick<DefinitionSource, 'ensembles' | 'members'> {
  const isSet = (name: string) => Object.hasOwn(accepted.params.cluster, name);
  const { ensembles, members } = clusterUse(uses, { component, stack, isSet });
  const seats = [...ensembles].map((name) => {
    const found = view.ensembles.get(name);
    return [name, found?.ok ? found.seats : null] as const;
  });
  return {
    ...(seats.length > 0 && { ensembles: Object.fromEntries(seats) }),
    ...(members && view.members !== null && { members: view.members }),
  };
}
