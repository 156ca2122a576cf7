/**
 * What must never be shown, and texts without it. Foreign words (an engine's error, a probe's answer) may echo a secret,
 * so every text is masked on its way out, by what is in it and not by where it came from. Pure.
 */
import type { Desired } from '../desired/desired.js';

/** Takes the secrets out of one text. */
export type Mask = (text: string) => string;

/** Shorter ones are no secrets, and without them no text would be readable. */
const SHORTEST = 3;
/** Up to this length a secret is masked only where it stands as a word of its own: else it would tear words apart. */
const LONGEST_WORD = 5;
/** Of a secret that is cut off at the end of a shortened text, so much is told apart from chance; in characters. */
const SHORTEST_PART = 4;
/** Secrets that are no longer in force, and may still be echoed by what was made with them. */
const FORMER = 1_000;

const HIDDEN = '***';
const CUT = '…';

/** The secrets in force, and those that were since this process began. */
export class Secrets {
  #values: ReadonlySet<string> = new Set();
  #former: readonly string[] = [];
  /** By their first letters: what may be hidden, as it is written, longest first. */
  #needles: ReadonlyMap<string, readonly string[]> = new Map();

  /** The secrets that are in force from now on. */
  know(desired: Desired): void {
    if (!desired.known) return;
    const now = new Set(desired.secrets.filter((value) => value.length >= SHORTEST));
    if (now.size === this.#values.size && [...now].every((value) => this.#values.has(value))) return;
    const former = new Set([...this.#former, ...this.#values]);
    this.#former = [...former].filter((value) => !now.has(value)).slice(-FORMER);
    this.#values = now;
    this.#needles = needlesOf([...this.#former, ...now]);
  }

  /** Each secret becomes `***`, also one that is cut off by the `…` of a shortened text. */
  readonly mask: Mask = (text) => {
    if (this.#needles.size === 0 || text.length < SHORTEST) return text;
    const pieces = text.split(CUT);
    return pieces.map((piece, index) => this.#without(piece, index < pieces.length - 1)).join(CUT);
  };

  #without(text: string, cut: boolean): string {
    let shown = '';
    let from = 0;
    for (let at = 0; at + SHORTEST <= text.length; at += 1) {
      const candidates = this.#needles.get(text.slice(at, at + SHORTEST));
      const length = candidates === undefined ? 0 : hiddenAt(text, at, { candidates, cut });
      if (length === 0) continue;
      shown += text.slice(from, at) + HIDDEN;
      from = at + length;
      at = from - 1;
    }
    return shown + text.slice(from);
  }
}

/** How many characters are to be hidden at a place of the text. */
function hiddenAt(
  text: string,
  at: number,
  { candidates, cut }: { readonly candidates: readonly string[]; readonly cut: boolean },
): number {
  for (const needle of candidates) {
    if (text.startsWith(needle, at)) {
      if (needle.length > LONGEST_WORD || standsAlone(text, at, at + needle.length)) return needle.length;
    } else {
      const left = text.length - at;
      if (cut && left >= SHORTEST_PART && needle.startsWith(text.slice(at))) return left;
    }
  }
  return 0;
}

function standsAlone(text: string, from: number, to: number): boolean {
  return !/\w/.test(text[from - 1] ?? '') && !/\w/.test(text[to] ?? '');
}

function needlesOf(values: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const needles = [...new Set(values.flatMap(writings))].sort((one, other) => other.length - one.length);
  const byStart = new Map<string, string[]>();
  for (const needle of needles) {
    const start = needle.slice(0, SHORTEST);
    const others = byStart.get(start);
    if (others === undefined) byStart.set(start, [needle]);
    else others.push(needle);
  }
  return byStart;
}

/** As it is, and as it is echoed: on one line, in quotes, in a URL, and in the usual wrapping of a password. */
function writings(value: string): readonly string[] {
  const line = value.replace(/[\p{Cc}\s]+/gu, ' ');
  const quoted = JSON.stringify(value).slice(1, -1);
  const encoded = Buffer.from(value).toString('base64').replace(/=+$/, '');
  return [value, line, quoted, uri(encodeURI, value), uri(encodeURIComponent, value), encoded];
}

/** Half of a surrogate pair can't be in a URL. */
function uri(encode: (text: string) => string, value: string): string {
  return encode(value.replace(/\p{Surrogate}/gu, '\ufffd'));
}
