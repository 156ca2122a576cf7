/**
 * The node's policy: what the store may ask for. It judges what a definition comes to once merged and rendered. What
 * the shipped definition itself comes to is trusted, so only what the store adds to that is judged. Pure; the contract's
 * section 6.
 */
import { parseReference } from '../engine/reference.js';
import type { Probe, ProbeSet } from '../probe/probe.js';
import type { ComponentSpec } from './desired.js';
import { canonicalJson } from './digest.js';
import { powersOf, type Right, rightsOf } from './rights.js';

/** Something that one component may have, or all where `component` is null. */
export interface Grant {
  readonly component: string | null;
  readonly what: string;
}

export interface Policy {
  /** Repositories of images, `example/*` for all below, or `*`. */
  readonly images: readonly string[];
  /** Components, or `*`. */
  readonly privileged: readonly string[];
  readonly hostPid: readonly string[];
  /** Paths of the host; what lies below one is in it. */
  readonly hostPaths: readonly Grant[];
  readonly devices: readonly Grant[];
  /** Without `CAP_`. */
  readonly capabilities: readonly Grant[];
  /** Shipped components with rights of their own whose program the store may change all the same. */
  readonly override: readonly string[];
}

export const DEFAULT_POLICY: Policy = {
  images: ['*'],
  privileged: [],
  hostPid: [],
  hostPaths: [],
  devices: [],
  capabilities: [],
  override: [],
};

/** All of a component that the policy looks at. */
export type Asked = Pick<ComponentSpec, 'shape' | 'probes' | 'files'>;

export interface Judged {
  readonly component: string;
  /** What the store asks for. */
  readonly asked: Asked;
  /** What the shipped definition comes to with the same parameters; null: there is none, or it comes to nothing. */
  readonly shipped: Asked | null;
  /** The image that the catalog names, or null where it leaves that to a parameter. */
  readonly shippedImage: string | null;
}

/** What is refused, as key of the definition and sentence. */
export function judge(judged: Judged, policy: Policy): readonly (readonly [key: string, message: string])[] {
  const { component, asked, shipped } = judged;
  const trusted = new Set(shipped === null ? [] : rightsOf(shipped.shape).flatMap(({ takes }) => takes));
  const rights = rightsOf(asked.shape).filter((right) => !allows(policy, component, right));
  const added = rights.filter(({ takes }) => !takes.every((word) => trusted.has(word)));
  return [
    ...added.map((right) => [right.key, refusedRight(component, right)] as const),
    ...imageFault(judged, policy),
    ...(added.length === 0 && rights.length > 0 ? programFaults(judged, policy) : []),
  ];
}

function allows(policy: Policy, component: string, { rule, what }: Right): boolean {
  switch (rule) {
    case 'privileged':
    case 'hostPid':
      return names(policy[rule], component);
    case 'capabilities':
      return policy.capabilities.some((grant) => isFor(grant, component) && grant.what === what);
    case 'hostPaths':
    case 'devices':
      return policy[rule].some((grant) => isFor(grant, component) && isIn(what, grant.what));
  }
}

function names(list: readonly string[], component: string): boolean {
  return list.includes('*') || list.includes(component);
}

function isFor(grant: Grant, component: string): boolean {
  return grant.component === null || grant.component === component;
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function refusedRight(component: string, { rule, what, key }: Right): string {
  const asked = what === '' ? (rule === 'hostPid' ? 'the process table of the host' : 'privileged') : what;
  const entry = what === '' ? component : `${component}:${what}`;
  const where = key === 'logging' ? ' (the engine opens it for the log)' : '';
  return `${asked} is not the store's to ask for${where}: ${remedy(rule, entry)}`;
}

function remedy(rule: keyof Policy, entry: string): string {
  return `leave it out, or add ${entry} to \`policy.${rule}\` in this node's settings file`;
}

/** The image is judged where it is another repository's than the shipped one. */
function imageFault(
  { component, asked: { shape }, shippedImage }: Judged,
  policy: Policy,
): readonly (readonly [string, string])[] {
  const repository = repositoryOf(shape.image);
  if (shippedImage !== null && repositoryOf(shippedImage) === repository) return [];
  if (policy.images.some((pattern) => covers(pattern, repository))) return [];
  const message = `${shape.image} is of a repository that the policy does not allow: ${remedy('images', repository)}`;
  return [['image', `${component}: ${message}`]];
}

/** Which program runs with rights of the shipped definition is not the store's to change. */
function programFaults(
  { component, asked, shipped, shippedImage }: Judged,
  policy: Policy,
): readonly (readonly [string, string])[] {
  if (shipped === null || names(policy.override, component)) return [];
  const changed = PROGRAM.filter((key) => !isSame(partOf(asked, key), partOf(shipped, key)));
  const image = shippedImage !== null && repositoryOf(asked.shape.image) !== repositoryOf(shippedImage);
  const run = new Set(commandsOf(shipped.probes).map(canonicalJson));
  const probes = commandsOf(asked.probes).some((command) => !run.has(canonicalJson(command)));
  const words: Readonly<Record<string, string>> = {
    image: `the repository of the image (shipped: ${shippedImage})`,
    probes: 'the command of an exec probe',
  };
  return [...(image ? ['image'] : []), ...changed, ...(probes ? ['probes'] : [])].map((key) => {
    const message = notTheStores(component, rightsOf(shipped.shape), `change ${words[key] ?? key}`);
    return [key, message] as const;
  });
}

/**
 * Why the store may not add flags to the component's command line, or null. A flag may well name a program to be run, and
 * the command of a shipped component with power over the host is not the store's.
 */
export function flagsRefused(
  component: string,
  { shape }: Pick<Asked, 'shape'>,
  policy: Policy,
): string | null {
  const powers = powersOf(shape);
  if (powers.length === 0 || names(policy.override, component)) return null;
  return notTheStores(component, powers, 'add to its command');
}

function notTheStores(component: string, rights: readonly Right[], what: string): string {
  const keys = [...new Set(rights.map(({ key }) => key))].join(', ');
  return `${component} has rights on the host (${keys}), so the store may not ${what}: ${remedy('override', component)}`;
}

/** The commands that probes run in the container, with all the rights that it has. */
function commandsOf(probes: ProbeSet): readonly (readonly string[])[] {
  return Object.values(probes).flatMap(({ check }: Probe) => (check.kind === 'exec' ? [check.command] : []));
}

const PROGRAM = ['command', 'entrypoint', 'env', 'user', 'files'] as const;

/** Of files also those that change without a new container, and the commands that check them. */
function partOf({ shape, files }: Asked, key: (typeof PROGRAM)[number]): unknown {
  return key === 'files' ? [shape.files, files.live, files.validate] : shape[key];
}

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}

/** `docker.io/library/haproxy` of `haproxy:3`. A reference that can't be read is its own. */
function repositoryOf(image: string): string {
  const parsed = parseReference(image);
  return parsed.ok ? `${parsed.reference.registry}/${parsed.reference.repository}` : image;
}

function covers(pattern: string, repository: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.endsWith('/*')) return repositoryOf(pattern) === repository;
  // A repository below it, so that a registry's host is seen as one.
  const folder = repositoryOf(`${pattern.slice(0, -1)}x`).slice(0, -1);
  return repository.startsWith(folder);
}
