/** A value of the store as text, or why it is none. */
import { hasControl } from '../catalog/leaf.js';

/** In bytes. */
export const LONGEST_WORD = 64 * 1024;
export const LONGEST_PARAMETER = 256 * 1024;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

export type ValueText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: string };

/** Text of several lines, as it is. Refuses what is blank, too long, or no UTF-8. */
export function readLines(bytes: Uint8Array, longest: number): ValueText {
  const read = decoded(bytes, longest);
  return read.ok && read.text.trim() === '' ? { ok: false, why: 'the value is empty' } : read;
}

/** Trimmed. Refuses what is empty, too long, no UTF-8, or holds control characters. */
export function readValue(bytes: Uint8Array, longest: number): ValueText {
  const read = decoded(bytes, longest);
  if (!read.ok) return read;
  const text = read.text.trim();
  if (text === '') return { ok: false, why: 'the value is empty' };
  if (hasControl(text)) return { ok: false, why: 'the value holds control characters or line breaks' };
  return { ok: true, text };
}

function decoded(bytes: Uint8Array, longest: number): ValueText {
  if (bytes.length > longest)
    return { ok: false, why: `the value is ${bytes.length} bytes long, ${longest} at most are read` };
  try {
    return { ok: true, text: UTF8.decode(bytes) };
  } catch {
    return { ok: false, why: 'the value is no UTF-8 text' };
  }
}
