/** `katod import`: an old system's file as lines to put in the store; with `--apply` they are put there. */
import { readFile } from 'node:fs/promises';
import { type Imported, type ImportInput, importFile, type Note, SYSTEMS } from '../import/import.js';
import { loadSome, storeSettingNames, storeSettings } from '../settings/load.js';
import { suggestion } from '../settings/nearest.js';
import { exitCode, type Invocation } from './command.js';
import { importedText } from './imported-text.js';
import { putAll, type Where } from './put-all.js';
import { fail, misuse, problemLines, withSettings } from './refuse.js';

export async function importOld({ sources, switches, options, words }: Invocation): Promise<number> {
  const [system = '', file = ''] = words;
  const there = SYSTEMS.get(system);
  if (there === undefined) {
    const names = [...SYSTEMS.keys()];
    const known = `there are panteras and toots${suggestion(system, names)}`;
    return misuse(`no system "${system}" is known; ${known}`, 'import');
  }
  const roles = rolesIn(options.get('roles'));
  const wrong = roles?.find((role) => !there.roles.includes(role));
  if (wrong !== undefined)
    return misuse(`stack ${system} has no role "${wrong}"; it has ${there.roles.join(', ')}`, 'import');

  const loading = loadSome(sources, [...storeSettingNames, 'node']);
  return withSettings(loading, async (values) => {
    const where: Where = { settings: storeSettings(values), node: values.node };
    const take = async (address: string | null) => {
      const text = await readFile(file, 'utf8');
      const input = { system, text, node: values.node, address, roles };
      return tell({ input, file, where, json: switches.has('json'), apply: switches.has('apply') });
    };
    if (!there.byAddress) return take(null);
    return withSettings(loadSome(sources, ['address']), ({ address }) => take(address));
  });
}

function rolesIn(text: string | undefined): readonly string[] | null {
  return text === undefined ? null : [...new Set(text.split(',').map((role) => role.trim()))];
}

interface Telling {
  readonly input: ImportInput;
  readonly file: string;
  readonly where: Where;
  readonly json: boolean;
  readonly apply: boolean;
}

async function tell({ input, file, where, json, apply }: Telling): Promise<number> {
  const read = importFile(input);
  if (!read.ok) {
    process.stderr.write(
      problemLines(read.faults.map(({ line, message }) => ({ place: `${file}:${line}`, message }))),
    );
    return fail(`nothing of ${file} is taken: it holds more than assignments`);
  }
  const { imported } = read;
  const done = apply && imported.problems.length === 0 ? await putAll(imported.puts, where) : null;
  process.stdout.write(importedText(imported, { prefix: prefixOf(where), node: where.node, done, json }));
  return imported.problems.length === 0 ? exitCode.done : refused(imported, file, apply);
}

function prefixOf({ settings: { store } }: Where): string {
  return store.kind === 'etcd' ? `${store.prefix}/` : '';
}

function refused({ problems }: Imported, file: string, apply: boolean): number {
  process.stderr.write(problemLines(problems.map((note) => placed(note, file))));
  return fail(
    apply
      ? `nothing is written: mend the above in ${file} first`
      : `the above of ${file} is in none of the lines`,
  );
}

function placed({ line, name, message }: Note, file: string): { place: string; message: string } {
  return line === 0 ? { place: file, message } : { place: `${file}:${line}`, message: `${name}: ${message}` };
}
