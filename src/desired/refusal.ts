/** What is told of a text that can't be rendered or is not what it should be, without telling a secret. */
import { isSecret, quoted } from '../catalog/name.js';
import type { Definition } from '../catalog/read-definition.js';
import type { Template } from '../catalog/template.js';
import type { Flaw } from '../catalog/template-flaw.js';
import { type Path, pathText } from '../catalog/yaml.js';
import { suggestion } from '../settings/nearest.js';
import { setLine } from './key-text.js';
import type { Rendering } from './rendering.js';

export function flawText({ message, unset }: Flaw, { params, stack, words }: Rendering): string {
  const name = unset?.startsWith('params.') ? unset.slice('params.'.length) : null;
  if (name === null) return message;
  const known = [...stack.params.keys(), ...Object.keys(params)];
  return `parameter ${name} is not set${suggestion(name, known)}; to set it: ${setLine(words, `cluster/params/${name}`, 'VALUE')}`;
}

/** The text that was refused, unless a secret may be in it. */
export function foundText({ templates }: Definition, origin: Path, value: unknown): string {
  if (typeof value !== 'string') return '';
  const around = origin.map((_, length) => templates.get(pathText([...origin.slice(0, length), 'each'])));
  const involved = [templates.get(pathText(origin)), ...around];
  if (involved.some((template) => template !== undefined && mayHoldSecret(template))) return ', found ***';
  return `, found ${quoted(value)}`;
}

function mayHoldSecret({ uses }: Template): boolean {
  return uses.all || [...uses.names].some(isSecret);
}
