/** The seven components of role `standalone`: what plays each of them here, and what each waits for. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { SandboxImage } from '../images.js';

export interface Played {
  readonly name: string;
  readonly image: SandboxImage;
}

/** Real programs first, each group in the order in which its components can start. */
export const components: readonly Played[] = [
  { name: 'zookeeper', image: 'zookeeper' },
  { name: 'haproxy', image: 'haproxy' },
  { name: 'dnsmasq', image: 'dnsmasq' },
  { name: 'mesos-master', image: 'stand-in' },
  { name: 'registrator', image: 'stand-in' },
  { name: 'marathon', image: 'stand-in' },
  { name: 'mesos-agent', image: 'stand-in' },
];

export const standIns = components.filter(({ image }) => image === 'stand-in').map(({ name }) => name);

/** The name as it is shown: a stand-in is called one. */
export function shown(name: string): string {
  return standIns.includes(name) ? `${name} (stand-in)` : name;
}

export const images: readonly SandboxImage[] = [...new Set(components.map(({ image }) => image))];

/** What must be ready before the component starts, as the shipped definition says. */
function requirements(name: string): readonly string[] {
  const file = new URL(`../../../config/components/${name}.yaml`, import.meta.url);
  const definition = parse(readFileSync(file, 'utf8')) as { readonly after?: readonly string[] };
  return definition.after ?? [];
}

/**
 * The first pair in which a component comes before one that it requires, or undefined. The names are in the order in
 * which they started.
 */
export function misplaced(names: readonly string[]): string | undefined {
  for (const [index, name] of names.entries()) {
    const early = requirements(name).find((required) => names.indexOf(required) > index);
    if (early !== undefined) return `${name} before ${early}`;
  }
  return undefined;
}
