/** A value of the store as text, or why it is none. */
import { hasControl } from '../catalog/leaf.js';

/** In bytes. */
export const LONGEST_WORD = 64 * 1024;
export const LONGEST_PARAMETER = 256 * 1024;

export type ValueText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: string };

/** Trimmed. Refuses what is empty, too long, no UTF-8, or holds control characters. */
export function readValue(bytes: Uint8Array, longest: number): ValueText {
  if (bytes.length > longest)
    return { ok: false, why: `the value is ${bytes.length} bytes long, ${longest} at most are read` };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    return { ok: false, why: 'the value is no UTF-8 text' };
  }
  if (text === '') return { ok: false, why: 'the value is empty' };
  if (hasControl(text)) return { ok: false, why: 'the value holds control characters or line breaks' };
  return { ok: true, text };
}
