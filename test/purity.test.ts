import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';

const source = join(import.meta.dirname, '../src');
/** What reaches out of the process, or brings in a clock, chance, or something to wait for. */
const EFFECTS = /^(node:(?!crypto$)|dockerode|@grpc|fastify|pino|yargs|systeminformation)/;
const WORDS =
  /\bawait\b|\basync\b|\bDate\.now\b|new Date\(\)|\bperformance\b|Math\.random|\bprocess\.|randomUUID|randomBytes|setTimeout/;

async function imports(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8');
  const code = text.replace(/^(?:import|export) type [^;]*;/gm, '');
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name ?? '');
}

/** The rooms that decide, or tell: see src/README.md. */
for (const room of ['desired', 'import', 'plan', 'report']) {
  t.test(`nothing in src/${room} reaches out, directly or through what it imports`, async (t) => {
    const open = (await readdir(join(source, room)))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(source, room, name));
    t.ok(open.length > 3);
    const seen = new Set<string>();
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      for (const name of await imports(path)) {
        t.notMatch(name, EFFECTS, `${path} imports ${name}`);
        if (name.startsWith('.')) open.push(join(path, '..', name.replace(/\.js$/, '.ts')));
      }
      const code = (await readFile(path, 'utf8')).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      t.notMatch(code, WORDS, `${path} has no effect`);
    }
  });
}
