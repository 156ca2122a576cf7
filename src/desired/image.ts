/** Which image a component runs: the one of its parameter, else that of its definition. */
import type { Definition } from '../catalog/read-definition.js';
import { parseReference } from '../engine/reference.js';
import { setLine } from './key-text.js';
import { imageParameter } from './parameters.js';
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

export function imageIn(image: string | undefined, tell: Tell): string | null {
  if (image === undefined) return null;
  const parsed = parseReference(image);
  if (parsed.ok) return image;
  tell(['image'], parsed.problem);
  return null;
}
