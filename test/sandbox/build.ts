/**
 * Builds `dist/katod.mjs` with esbuild, without a network: one file. What a command loads by import() is in it, and
 * is not run before that command asks for it.
 */
import { chmod, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build as bundle, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** In the bundle, a CommonJS package that is loaded by import() has lost its named exports. */
const noPackageLoadedLate: Plugin = {
  name: 'no package loaded late',
  setup({ onResolve }) {
    onResolve({ filter: /^[^.]/ }, ({ kind, path, importer }) => {
      if (kind !== 'dynamic-import' || path.startsWith('node:') || importer.includes('node_modules'))
        return null;
      return {
        errors: [{ text: `import ${path} statically, in a file of our own that is loaded by import()` }],
      };
    });
  },
};

/** Writes the folder `out` anew, all of it or nothing, and returns the path of the program in it. */
export async function build(out = `${root}dist`): Promise<string> {
  const fresh = `${out}.${process.pid}`;
  await bundle({
    entryPoints: { katod: `${root}src/main.ts` },
    outdir: fresh,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: false,
    define: { KATOD_BUNDLED: 'true' },
    banner: {
      // The CommonJS packages in the bundle ask for Node's own modules by require.
      js: 'import{createRequire as katodRequire}from"node:module";const require=katodRequire(import.meta.url);',
    },
    plugins: [noPackageLoadedLate],
    logLevel: 'warning',
  });
  await chmod(`${fresh}/katod.mjs`, 0o755);
  await rm(out, { recursive: true, force: true });
  await rename(fresh, out);
  return `${out}/katod.mjs`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${await build()}\n`);
}
