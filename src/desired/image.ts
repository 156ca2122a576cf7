/** Which image a component runs: the one of its parameter, else that of its definition, from the cluster's own registry. */
import type { Definition } from '../catalog/read-definition.js';
import { parseReference } from '../engine/reference.js';
import { setLine } from './key-text.js';
import { imageParameter, REGISTRY_PARAMETER } from './parameters.js';
import type { Rendering, Tell } from './rendering.js';

/** The image that the parameter gives; null: it gives none. Tells where that leaves none at all, or a bad one. */
export function imageOf(
  { name, description, document }: Definition,
  { params, words }: Rendering,
  tell: Tell,
): string | null {
  const parameter = imageParameter(name);
  const image = params[parameter];
  const line = setLine(words, `cluster/params/${parameter}`, 'IMAGE');
  if (image !== undefined) {
    const parsed = parseReference(image);
    if (parsed.ok) return image;
    tell([], `parameter ${parameter}: ${parsed.problem}: ${line}`);
  } else if (document.image === undefined) {
    tell([], `no image, and parameter ${parameter} is not set (${description}): ${line}`);
  }
  return null;
}

/** The definition's own image. One that names no registry comes from the cluster's own, where that is set. */
export function imageIn(image: string | undefined, { params, words }: Rendering, tell: Tell): string | null {
  if (image === undefined) return null;
  const parsed = parseReference(image);
  if (!parsed.ok) {
    tell(['image'], parsed.problem);
    return null;
  }
  const registry = params[REGISTRY_PARAMETER];
  if (registry === undefined || namesRegistry(image, parsed.reference.registry)) return image;
  const own = `${registry.replace(/\/+$/, '')}/${image}`;
  const found = parseReference(own);
  if (found.ok) return own;
  const line = setLine(words, `cluster/params/${REGISTRY_PARAMETER}`, 'HOST');
  tell([], `parameter ${REGISTRY_PARAMETER}: ${found.problem}: ${line}`);
  return null;
}

function namesRegistry(image: string, registry: string): boolean {
  return image.startsWith(`${registry}/`);
}
