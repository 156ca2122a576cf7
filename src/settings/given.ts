/** Gathers what was given for each setting and by whom: flag before environment before file. Finds unknown names. */
import type { Problem } from '../desired/desired.js';
import { DEFAULT_FILE, readSettingsFile } from './file.js';
import { suggestion } from './nearest.js';
import { variableOf } from './row.js';
import { type SettingName, settingNames, table } from './table.js';

export interface Sources {
  /** By the flags' names, without dashes; a list where one was given more than once. Other flags are ignored. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Read when neither `--config` nor `KATOD_CONFIG` names one; it may be missing. Default `/etc/katod/katod.yaml`. */
  readonly defaultFile?: string;
}

interface Given {
  readonly text: string;
  readonly place: string;
}

export interface Gathered {
  readonly given: ReadonlyMap<SettingName, Given>;
  readonly problems: readonly Problem[];
}

const CONFIG_FLAG = 'config';
const CONFIG_VARIABLE = 'KATOD_CONFIG';

export async function gather(sources: Sources): Promise<Gathered> {
  const given = new Map<SettingName, Given>();
  const problems: Problem[] = [];
  const take = (name: SettingName, source: Given): void => {
    if (!given.has(name)) given.set(name, source);
  };

  for (const name of settingNames) {
    const { flag } = table[name];
    if (flag === null) continue;
    const text = flagText(sources, flag, problems);
    if (text !== null) take(name, { text, place: `--${flag}` });
  }
  fromEnvironment(sources.environment, take, problems);
  await fromFile(sources, take, problems);
  return { given, problems };
}

function flagText(sources: Sources, flag: string, problems: Problem[]): string | null {
  const value = sources.flags[flag];
  if (value === undefined) return null;
  if (typeof value === 'string') return value;
  problems.push({ place: `--${flag}`, message: 'given more than once: give it once' });
  return null;
}

function fromEnvironment(
  environment: Sources['environment'],
  take: (name: SettingName, source: Given) => void,
  problems: Problem[],
): void {
  const known = new Set([CONFIG_VARIABLE]);
  for (const name of settingNames) {
    const { flag, borrowed = [] } = table[name];
    if (flag === null) continue;
    const own = variableOf(flag);
    known.add(own);
    const text = environment[own];
    if (text !== undefined) take(name, { text, place: own });
    for (const variable of borrowed) {
      const foreign = environment[variable];
      if (foreign) take(name, { text: foreign, place: variable });
    }
  }
  for (const variable of Object.keys(environment).sort()) {
    if (!variable.startsWith('KATOD_') || known.has(variable)) continue;
    problems.push({
      place: variable,
      message: `this version of katod does not know this variable${suggestion(variable, known)}`,
    });
  }
}

async function fromFile(
  sources: Sources,
  take: (name: SettingName, source: Given) => void,
  problems: Problem[],
): Promise<void> {
  const flagged = flagText(sources, CONFIG_FLAG, problems);
  const variable = sources.environment[CONFIG_VARIABLE];
  const named = flagged ?? variable ?? null;
  if (named === '') {
    problems.push({
      place: flagged === null ? CONFIG_VARIABLE : `--${CONFIG_FLAG}`,
      message: 'names no file',
    });
    return;
  }
  const content =
    named === null
      ? await readSettingsFile(sources.defaultFile ?? DEFAULT_FILE, null)
      : await readSettingsFile(named, { place: flagged === null ? CONFIG_VARIABLE : `--${CONFIG_FLAG}` });
  problems.push(...content.problems);

  const names = new Map<string, SettingName>(settingNames.map((name) => [table[name].key, name]));
  const seen = new Map<string, string>();
  for (const { key, text, place } of content.entries) {
    const name = names.get(key);
    const before = seen.get(key);
    if (name === undefined) {
      const message = `this version of katod does not know "${key}"${suggestion(key, names.keys())}`;
      problems.push({ place, message });
    } else if (before !== undefined) {
      problems.push({ place, message: `"${key}" is given twice, first at ${before}: remove one of them` });
    } else {
      seen.set(key, place);
      take(name, { text, place });
    }
  }
}
