/**
 * Builds `dist/` with esbuild, without a network: `katod.mjs`, and beside it what a command loads by import(), which is
 * not even read before that command asks for it.
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

/**
 * Parts of packages that are loaded with them and never called: to build images (dockerode), and for schemas of bodies,
 * requests without a network, plugins and proxies (fastify). They were half of what the agent loaded.
 */
const NEVER_CALLED: Readonly<Record<string, readonly string[]>> = {
  dockerode: ['@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', 'tar-fs'],
  '@grpc/grpc-js': ['@grpc/proto-loader'],
  fastify: [
    '@fastify/ajv-compiler',
    '@fastify/fast-json-stringify-compiler',
    '@fastify/proxy-addr',
    'light-my-request',
    'semver',
  ],
};

const leaveOutWhatIsNeverCalled: Plugin = {
  name: 'leave out what is never called',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^.]/ }, ({ path, importer }) => {
      const [, importing = ''] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(importer) ?? [];
      return NEVER_CALLED[importing]?.includes(path) ? { path, namespace: 'left out' } : null;
    });
    onLoad({ filter: /.*/, namespace: 'left out' }, ({ path }) => {
      const message = `${path} is not in the bundle: test/sandbox/build.ts leaves it out`;
      return {
        contents: `module.exports = new Proxy({}, { get() { throw new Error(${JSON.stringify(message)}) } })`,
      };
    });
  },
};

/** From Node 22 on an `import` of node:http loads its fetch too, which takes longer than all of fastify; `require` does not. */
const httpWithoutFetch: Plugin = {
  name: 'http without fetch',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:https?$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'required' } : null,
    );
    onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
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
    splitting: true,
    chunkNames: '[name]-[hash]',
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
    // docker-modem's copy of what Node has; it uses Duplex and nothing else.
    alias: { 'readable-stream': 'node:stream' },
    plugins: [noPackageLoadedLate, leaveOutWhatIsNeverCalled, httpWithoutFetch],
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
