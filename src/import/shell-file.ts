/**
 * Reads a file that a shell was to source: assignments alone, by the shell's own rules of quoting (POSIX, 2.2). Nothing is
 * run or expanded: where a shell would do either, the line is refused, and so what is read is what the shell had set.
 */

export interface Assignment {
  readonly line: number;
  readonly name: string;
  readonly value: string;
}

/** A place in the file with a sentence on it. */
export interface Fault {
  readonly line: number;
  readonly message: string;
}

export type ShellFile =
  | { readonly ok: true; readonly assignments: readonly Assignment[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

interface Word {
  readonly line: number;
  readonly text: string;
  /** How much of the text was plain: the name of an assignment can't be quoted. */
  readonly plain: number;
}

/** All that is wrong at once, at most one fault a line. */
export function readShellFile(text: string): ShellFile {
  const scanner = new Scanner(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'));
  const assignments: Assignment[] = [];
  const faults: Fault[] = [];
  for (let word = scanner.next(); word !== null; word = scanner.next()) {
    const read = 'message' in word ? word : assignmentOf(word);
    if ('name' in read) assignments.push(read);
    else {
      faults.push(read);
      scanner.skipLine();
    }
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, assignments };
}

function assignmentOf({ line, text, plain }: Word): Assignment | Fault {
  const [whole = '', name = ''] = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(text) ?? [];
  if (whole === '' || whole.length > plain)
    return {
      line,
      message: `"${text.slice(0, 40)}" would be run: only NAME=VALUE is read, and nothing is run`,
    };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text))
    return {
      line,
      message: `${name} holds a line break or another control character, which no parameter can`,
    };
  return { line, name, value: text.slice(whole.length) };
}

/** What a shell takes for more than itself, outside of quotes. */
const OPERATORS: Readonly<Record<string, string>> = {
  ';': 'begins another command',
  '&': 'begins another command',
  '|': 'begins another command',
  '<': 'reads a file',
  '>': 'writes a file',
  '(': 'begins a list or a command',
  ')': 'ends a list or a command',
};
/** After a `$` these begin an expansion; it stands for itself before all else. */
const EXPANSION = /[A-Za-z0-9_{(@*#?$!'"-]/;

class Scanner {
  #at = 0;
  #line = 1;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Null: the end. */
  next(): Word | Fault | null {
    this.#skipBlank();
    if (this.#at >= this.#text.length) return null;
    const line = this.#line;
    let text = '';
    let plain: number | null = null;
    for (let char = this.#peek(); char !== '' && !/[ \t\n]/.test(char); char = this.#peek()) {
      if (char === "'" || char === '"' || char === '\\') plain ??= text.length;
      const part = this.#part(char, text);
      if (typeof part !== 'string') return part;
      text += part;
    }
    return { line, text, plain: plain ?? text.length };
  }

  /** After a fault: what is left of its line means nothing. */
  skipLine(): void {
    while (this.#peek() !== '' && this.#peek() !== '\n') this.#at++;
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #take(): string {
    const char = this.#peek();
    this.#at++;
    if (char === '\n') this.#line++;
    return char;
  }

  #skipBlank(): void {
    for (;;) {
      if (/[ \t\n]/.test(this.#peek())) this.#take();
      else if (this.#text.startsWith('\\\n', this.#at)) {
        this.#take();
        this.#take();
      } else if (this.#peek() === '#') this.skipLine();
      else return;
    }
  }

  /** A quoted part, or one character. */
  #part(char: string, before: string): string | Fault {
    const fault = (message: string): Fault => ({ line: this.#line, message });
    const operator = OPERATORS[char];
    if (operator !== undefined)
      return fault(`"${char}" ${operator}: nothing is run here; put the value in quotes if it is part of it`);
    if (char === '~' && /(^[A-Za-z0-9_]+=|:)$/.test(before)) return fault(expands('~'));
    if (char === "'") return this.#single();
    if (char === '"') return this.#double();
    if (char === '$' || char === '`') return this.#dollar();
    this.#take();
    if (char !== '\\') return char;
    const escaped = this.#take();
    return escaped === '\n' ? '' : escaped;
  }

  #single(): string | Fault {
    const line = this.#line;
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) return { line, message: "the quote ' is not closed" };
    const inside = this.#text.slice(this.#at + 1, end);
    while (this.#at <= end) this.#take();
    return inside;
  }

  #double(): string | Fault {
    const line = this.#line;
    let inside = '';
    this.#take();
    for (let char = this.#peek(); char !== '"'; char = this.#peek()) {
      if (char === '') return { line, message: 'the quote " is not closed' };
      if (char === '$' || char === '`') {
        const dollar = this.#dollar('"');
        if (typeof dollar !== 'string') return dollar;
        inside += dollar;
      } else if (char === '\\') {
        this.#take();
        const escaped = this.#take();
        inside += escaped === '\n' ? '' : /[$`"\\]/.test(escaped) ? escaped : `\\${escaped}`;
      } else inside += this.#take();
    }
    this.#take();
    return inside;
  }

  /** One that stands for itself; anything else is refused. Inside of quotes a quote ends them, and begins nothing. */
  #dollar(quote = ''): string | Fault {
    const rest = this.#text.slice(this.#at, this.#at + 2);
    const [char = '', next = ''] = rest;
    if (char === '`' || next === '(')
      return {
        line: this.#line,
        message: `"${char === '`' ? char : rest}" would run a command: nothing is run here`,
      };
    const begins = EXPANSION.test(next) && !(quote !== '' && /['"]/.test(next));
    return begins ? { line: this.#line, message: expands(rest) } : this.#take();
  }
}

function expands(what: string): string {
  return `"${what}" would be replaced by the shell: write out what it stands for, or put it in single quotes`;
}
