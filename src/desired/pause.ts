/** Whether the node is paused, out of its own key and the cluster's. Pure; the contract's section 3. */
import { quoted } from '../catalog/name.js';
import type { Pause } from './desired.js';
import { deleteLine, type StoreWords, setLine } from './key-text.js';

export const PAUSES = ['false', 'true', 'all'] as const;
export type PauseWord = (typeof PAUSES)[number];

interface PauseInput {
  readonly key: string;
  /** Trimmed text; undefined: no such key; null: a value that can't be read, and has been told of. */
  readonly text: string | null | undefined;
  readonly previous: PauseWord;
  readonly words: StoreWords;
  readonly tell: (key: string, message: string) => void;
}

/** The word in force: a key that is absent does not pause, one that can't be understood stays as it was. */
export function readPause({ key, text, previous, words, tell }: PauseInput): PauseWord {
  if (text === undefined) return 'false';
  if (text === null) return previous;
  const word = PAUSES.find((one) => one === text);
  if (word !== undefined) return word;
  const remedy = `${setLine(words, key, 'true')} (or all, or false), or ${deleteLine(words, key)}`;
  tell(key, `${quoted(text)} is none of ${PAUSES.join(', ')}; it stays ${previous}: ${remedy}`);
  return previous;
}

/** The stricter of the two. */
export function pauseInForce(node: PauseWord, cluster: PauseWord): Pause {
  if (node === 'all' || cluster === 'all') return 'all';
  return node === 'true' || cluster === 'true';
}
