/** A definition of the store: its YAML merged onto the catalog's definition of that name, or a new one. */
import type { Problem } from '../desired/desired.js';
import { mergePatch, mergePlaces } from './merge-patch.js';
import {
  type Definition,
  type FindTemplate,
  type ReadDefinition,
  readDefinition,
} from './read-definition.js';
import { isMapping, type Plain, readYaml, STORE_YAML } from './yaml.js';

export interface OverlayText {
  readonly name: string;
  readonly text: string;
  /** Key of the store, or path of the file, for messages. */
  readonly place: string;
  /** The catalog's definition of that name, or null. */
  readonly onto: Definition | null;
  readonly findTemplate: FindTemplate;
}

/** Longest overlay, in characters. */
export const LONGEST_OVERLAY = 64 * 1024;

/** So many of its problems are told, so long. */
const MOST_TOLD = 10;
const LONGEST_MESSAGE = 400;

/** Never throws. What a new definition may leave out: its name, which the key says, and its description. */
export function readOverlay({ name, text, place, onto, findTemplate }: OverlayText): ReadDefinition {
  if (text.length > LONGEST_OVERLAY)
    return refused([{ place, message: `longer than ${LONGEST_OVERLAY} characters` }]);
  const yaml = readYaml(text, place, STORE_YAML);
  if (!yaml.ok) return refused(yaml.problems);
  if (!isMapping(yaml.value)) {
    return refused([{ place, message: 'no mapping: write lines such as "memory: 1g"' }]);
  }
  const base: Plain = onto?.document ?? { name, description: `${name}, as the store defines it` };
  const read = readDefinition(mergePatch(base, yaml.value), {
    places: onto === null ? yaml.places : mergePlaces(onto.places, yaml.places),
    expected: name,
    from: { kind: 'store', onto },
    findTemplate,
  });
  return read.ok ? read : refused(read.problems);
}

function refused(problems: readonly Problem[]): ReadDefinition {
  const told = problems.slice(0, MOST_TOLD).map(({ place, message }) => ({
    place: place.slice(0, LONGEST_MESSAGE),
    message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message,
  }));
  const more = problems.length - told.length;
  return {
    ok: false,
    problems: more > 0 ? [...told, { place: problems[0]?.place ?? '', message: `and ${more} more` }] : told,
  };
}
