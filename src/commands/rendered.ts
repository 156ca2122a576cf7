/** A component as it comes out of rendering, for people: what it leaves open is left out, times are written out. Pure. */
import { stringify } from 'yaml';
import { formatDuration } from '../catalog/duration.js';
import type { ComponentSpec } from '../desired/desired.js';
import type { Probe } from '../probe/probe.js';

/** A plain mapping, in the order in which definitions are written; files come last, since they are long. */
export function renderedComponent(spec: ComponentSpec): Readonly<Record<string, unknown>> {
  const { shape, probes, restart } = spec;
  const { files: made, liveFolders: _, ...container } = shape;
  const live = spec.files.live.map(({ digest: _, ...file }) => file);
  return {
    name: spec.name,
    description: spec.description,
    ...withoutEmpty(container),
    ...(spec.pull === 'missing' ? {} : { pull: spec.pull }),
    ...withoutEmpty({
      hostPorts: spec.hostPorts.map(({ port, protocol }) => `${port}/${protocol}`),
      labels: spec.labels,
      after: spec.after,
      probes: Object.fromEntries(Object.entries(probes).map(([kind, probe]) => [kind, renderedProbe(probe)])),
    }),
    restart: {
      ...restart,
      min: formatDuration(restart.min),
      max: formatDuration(restart.max),
      reset: formatDuration(restart.reset),
    },
    stopTimeout: formatDuration(spec.stopTimeout),
    ...withoutEmpty({ validate: spec.files.validate, files: [...made, ...live] }),
  };
}

/** As YAML, below lines of comment that tell what it was rendered from. */
export function renderedText(
  about: Readonly<Record<string, unknown>>,
  component: Readonly<Record<string, unknown>>,
): string {
  const head = Object.entries(about).map(([key, value]) => `# ${key}: ${String(value)}\n`);
  return head.join('') + stringify(component, { lineWidth: 0, aliasDuplicateObjects: false });
}

function renderedProbe({ check, period, timeout, failures, startPeriod }: Probe) {
  return {
    ...check,
    period: formatDuration(period),
    timeout: formatDuration(timeout),
    failures,
    startPeriod: formatDuration(startPeriod),
  };
}

/** Without what is null, false, or has nothing in it. */
function withoutEmpty(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
