/** What one attempt of a check found, and how it is put into one bounded line. */

export interface Answer {
  /** Null: it could not be asked, which says nothing about the component. */
  readonly ok: boolean | null;
  /** What was found, in words: one line of at most 200 characters. */
  readonly output: string;
}

/** Bytes of an answer that are read; what follows is not looked at. */
export const READ_LIMIT = 64 * 1024;

const OUTPUT_LIMIT = 200;

/** An answer whose words are cut to one line of 200 characters, control characters taken out. */
export function answer(ok: boolean | null, words: string): Answer {
  const line = words.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return { ok, output: line.length > OUTPUT_LIMIT ? `${line.slice(0, OUTPUT_LIMIT - 1)}…` : line };
}

/** The first line of a text that is not blank. */
export function firstLine(text: string): string {
  return text.trimStart().split(/[\r\n]/, 1)[0] ?? '';
}

/** The last line of a text that is not blank. */
export function lastLine(text: string): string {
  return (
    text
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1) ?? ''
  );
}

/** A failure in words; connecting to a name with several addresses fails with an empty message and a code. */
export function faultWords(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const code = 'code' in fault && typeof fault.code === 'string' ? fault.code : null;
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
      return 'connection reset';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route to the host';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name does not resolve';
    default:
      return fault.message || code || fault.name;
  }
}

/** `host:port`, with an IPv6 address in brackets. */
export function place(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
