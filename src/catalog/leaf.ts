/**
 * The texts in a definition: what each may be once it is rendered. Before rendering, a text that holds a template
 * is let through, so that one schema serves both.
 */
import * as z from 'zod';
import { parseDuration } from './duration.js';
import { isName, NAME_RULE } from './name.js';
import { parseSize } from './size.js';
import { isTemplate } from './template.js';

/** What a text means, or what it should have been. */
export type Meaning<T> = { readonly value: T } | { readonly expected: string };

/** Makes the schema of one text. */
export type Leaf = <T>(read: (text: string) => Meaning<T>) => z.ZodType<T, string>;

/** @param rendered false: texts that hold a template are not looked at, and the output is not to be used. */
export function leafFor(rendered: boolean): Leaf {
  return <T>(read: (text: string) => Meaning<T>) =>
    z.string().transform((text, context): T => {
      if (!rendered && isTemplate(text)) return z.NEVER;
      const meaning = read(text);
      if ('value' in meaning) return meaning.value;
      context.addIssue({ code: 'custom', message: `expected ${meaning.expected}` });
      return z.NEVER;
    });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Control characters and line breaks of any kind. */
export function hasControl(text: string): boolean {
  return CONTROL.test(text);
}

function when<T>(condition: boolean, value: T, expected: string): Meaning<T> {
  return condition ? { value } : { expected };
}

/** May hold line breaks and be empty: environment, arguments, contents. */
export function text(value: string): Meaning<string> {
  return when(!value.includes('\0'), value, 'text without a zero byte');
}

export function line(value: string): Meaning<string> {
  return when(value.trim() !== '' && !hasControl(value), value.trim(), 'one line of text, not empty');
}

export function name(value: string): Meaning<string> {
  return when(isName(value), value, `a name: ${NAME_RULE}`);
}

export function oneOf<const T extends string>(...words: readonly T[]): (value: string) => Meaning<T> {
  return (value) => {
    const found = words.find((word) => word === value);
    return found === undefined ? { expected: words.join(' or ') } : { value: found };
  };
}

/** `what` begins with an article: "a signal such as SIGTERM". */
export function matching(pattern: RegExp, what: string): (value: string) => Meaning<string> {
  return (value) => when(pattern.test(value) && !hasControl(value), value, what);
}

export function boolean(value: string): Meaning<boolean> {
  return when(value === 'true' || value === 'false', value === 'true', 'true or false');
}

export function count(min: number, max: number): (value: string) => Meaning<number> {
  return (value) => {
    const found = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return when(found >= min && found <= max, found, `a whole number from ${min} to ${max}`);
  };
}

export function fraction(value: string): Meaning<number> {
  const found = /^\d{1,6}(\.\d{1,9})?$/.test(value) ? Number(value) : 0;
  return when(found > 0, found, 'a number above 0, such as 0.5 or 2');
}

/** Milliseconds. */
export function duration(value: string): Meaning<number> {
  const found = parseDuration(value);
  return found === undefined ? { expected: 'a duration such as 500ms, 30s, 5m or 1h' } : { value: found };
}

export function positiveDuration(value: string): Meaning<number> {
  const found = parseDuration(value) ?? 0;
  return when(found > 0, found, 'a duration above 0, such as 500ms, 30s, 5m or 1h');
}

/** Bytes. */
export function size(value: string): Meaning<number> {
  const found = parseSize(value) ?? 0;
  return when(found > 0, found, 'a size above 0, such as 512k, 64m or 2g');
}

/** In its plainest form, so that two paths are the same place only when they are the same text. */
export function absolutePath(value: string): Meaning<string> {
  const plain = value === '/' || /^(\/(?!\.{1,2}(\/|$))[^/]+)+$/.test(value);
  return when(
    plain && !hasControl(value) && !value.includes(':'),
    value,
    'an absolute path without "..", "//", ":" or a "/" at its end',
  );
}

const address = z.union([z.ipv4(), z.ipv6()]);

export function ipAddress(value: string): Meaning<string> {
  return when(address.safeParse(value).success, value, 'an IP address');
}

/** `8080` or `10.0.0.5:8080` or `[::1]:8080`; the host is 127.0.0.1 when there is none. */
export function hostPort(value: string): Meaning<{ host: string; port: number }> {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]\s]+)):)?(\d{1,5})$/.exec(value) ?? [];
  const port = Number(digits);
  const good = port >= 1 && port <= 65_535 && !hasControl(value);
  return when(good, { host: bracketed ?? plain ?? '127.0.0.1', port }, 'a port, or host:port');
}

export interface PortText {
  readonly port: number;
  /** Inside the container; null where none is given. */
  readonly target: number | null;
  readonly protocol: 'tcp' | 'udp';
}

/** `8080`, `53/udp`, `8080:80/tcp`. */
export function port(value: string): Meaning<PortText> {
  const [, first, second, protocol] = /^(\d{1,5})(?::(\d{1,5}))?(?:\/(tcp|udp))?$/.exec(value) ?? [];
  const outside = Number(first);
  const inside = second === undefined ? outside : Number(second);
  const good = [outside, inside].every((each) => each >= 1 && each <= 65_535);
  const found: PortText = {
    port: outside,
    target: second === undefined ? null : inside,
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
  };
  return when(good, found, 'a port such as 8080, 53/udp or 8080:80/tcp');
}
