/** How the texts of settings are read: one function for each kind of value, all of them pure. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { formatDuration, parseDuration } from '../catalog/duration.js';
import { isName, NAME_RULE } from '../catalog/name.js';
import { bad, good, type Parsed } from './row.js';
import type { LogLevel } from './settings.js';

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** A name as nodes, roles, components and stacks have it. */
export function name(text: string): Parsed<string> {
  if (isName(text)) return good(text);
  return bad(`"${text}" is no valid name: ${NAME_RULE}`);
}

export function ipAddress(text: string): Parsed<string> {
  if (isIP(text) === 0) return bad(`"${text}" is no IP address: write one such as 10.0.0.5`);
  if (text === '0.0.0.0' || text === '::') {
    return bad(`"${text}" is no address of one host: write the one by which other nodes reach this one`);
  }
  return good(text);
}

/** A path as given, from the working directory where it is relative. */
export function path(text: string): Parsed<string> {
  if (text.includes('\0')) return bad('a path has no NUL character');
  return good(resolve(text));
}

/** Null where none is given. */
export function optionalPath(text: string): Parsed<string | null> {
  return text === '' ? good(null) : path(text);
}

/** Null where none is given. */
export function userName(text: string): Parsed<string | null> {
  if (text === '') return good(null);
  if (/^[^\s\p{Cc}:]+$/u.test(text)) return good(text);
  return bad(`${JSON.stringify(text)} is no user of etcd: write a name without blanks or ":"`);
}

export function stateFolder(text: string): Parsed<string> {
  const parsed = path(text);
  if (parsed.ok && /^\/$|^\/(proc|sys)(\/|$)/.test(parsed.value))
    return bad(`"${parsed.value}" is no folder to keep state in: use a folder of its own`);
  return parsed;
}

export type StoreChoice = { readonly kind: 'etcd' } | { readonly kind: 'file'; readonly path: string };

export function store(text: string): Parsed<StoreChoice> {
  if (text === 'etcd') return good({ kind: 'etcd' });
  if (text.startsWith('file:') && text.length > 'file:'.length) {
    return good({ kind: 'file', path: resolve(text.slice('file:'.length)) });
  }
  return bad(`"${text}" is no store: write etcd or file:PATH`);
}

/** Keys lie below it, such as `/katod/nodes/…`; one slash at its end is dropped. */
export function prefix(text: string): Parsed<string> {
  const trimmed = text.replace(/\/$/, '');
  if (/^(\/[^/\s\p{Cc}]+)+$/u.test(trimmed)) return good(trimmed);
  return bad(`"${text}" is no prefix: write one such as /katod, with a leading slash and no blanks`);
}

export function containerPrefix(text: string): Parsed<string> {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,31}$/.test(text)) return good(text);
  return bad(
    `"${text}" can't begin a container's name: use up to 32 of a-z, A-Z, 0-9, "_", "." and "-", a letter or digit first`,
  );
}

export function hostNames(text: string): Parsed<readonly string[]> {
  if (text === '') return good([]);
  const names = list(text).map((item) => item.toLowerCase());
  const wrong = names.find(
    (item) => !/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(item),
  );
  if (wrong === undefined) return good(names);
  return bad(
    `"${wrong}" is no host name: write a comma list such as web-1.example.com,web-1 (without ports)`,
  );
}

export function logLevel(text: string): Parsed<LogLevel> {
  const level = LEVELS.find((candidate) => candidate === text);
  return level === undefined
    ? bad(`"${text}" is no log level: write one of ${LEVELS.join(', ')}`)
    : good(level);
}

export function count(least: number, most: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most
      ? good(value)
      : bad(`"${text}" is no number from ${least} to ${most}`);
  };
}

/** `500ms`, `30s`, `5m` or `1h`, within bounds, as milliseconds. */
export function duration(least: number, most: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = parseDuration(text);
    if (value === undefined) return bad(`"${text}" is no duration: write one such as 500ms, 30s, 5m or 1h`);
    if (value >= least && value <= most) return good(value);
    return bad(`"${text}" is out of bounds: from ${formatDuration(least)} to ${formatDuration(most)}`);
  };
}

/** The items of a comma list, without blanks around them. */
export function list(text: string): readonly string[] {
  return text.split(',').map((item) => item.trim());
}
