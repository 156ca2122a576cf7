/**
 * Compiles the tests and what they import to plain JavaScript, each file by itself: a loader that does so in every test's
 * process took longer than most tests. As a program: `compile.ts FOLDER`.
 */
import { readdirSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Modules go on to find the files beside them where their source is. */
const whereTheSourceIs: Plugin = {
  name: 'where the source is',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: (await readFile(path, 'utf8'))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
    }));
  },
};

function sourcesIn(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(repository, folder, name));
}

/** `folder` is below the repository, since that is where the packages are found from; a source map is in each file. */
async function compile(folder: string): Promise<void> {
  await build({
    entryPoints: ['src', 'test'].flatMap(sourcesIn),
    outdir: folder,
    outbase: repository,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    plugins: [whereTheSourceIs],
    logLevel: 'warning',
  });
  symlinkSync(join(repository, 'package.json'), join(folder, 'package.json'));
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: compile.ts FOLDER');
await compile(folder);
