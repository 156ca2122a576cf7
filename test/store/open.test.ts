/** What opening a store loads, and that a closed one lets its process end. */

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import type { StoreSettings } from '../../src/settings/settings.js';
import { openStore } from '../../src/store/open.js';
import { startEtcd } from '../sandbox/etcd.js';
import { limits } from './limits.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the code in a process of its own, with `store` open and `report` to print; the process must end by itself. */
async function inProcess(settings: StoreSettings, code: string): Promise<Readonly<Record<string, unknown>>> {
  const script = `
    import { openStore } from './src/store/open.ts';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { createRequire } from 'node:module';
    const loaded = createRequire(import.meta.url).cache;
    const store = await openStore({ settings: ${JSON.stringify({ store: settings, limits })}, node: 'web-1' });
    const readings = [];
    const report = {};
    ${code}
    report.readings = readings.map((reading) => reading.ok);
    report.grpc = Object.keys(loaded).some((path) => path.includes('grpc-js'));
    report.proto = Object.keys(loaded).some((path) => /protobufjs|proto-loader/.test(path));
    const closed = performance.now();
    process.on('exit', () => {
      report.lingered = performance.now() - closed;
      console.log(JSON.stringify(report));
    });
  `;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script],
    { cwd: repository, timeout: 60_000, env: { PATH: process.env.PATH ?? '' } },
  );
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout);
}

const followAndClose = `
  store.follow((reading) => readings.push(reading));
  while (readings.length === 0) await sleep(10);
  await store.close();
`;

async function fileSettings(t: Test): Promise<StoreSettings> {
  const folder = await mkdtemp(join(tmpdir(), 'katod-open-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 's.yaml');
  await writeFile(path, 'nodes/web-1/role: master\n');
  return { kind: 'file', path };
}

const etcdSettings = (endpoint: string): StoreSettings => ({
  kind: 'etcd',
  endpoints: [endpoint],
  prefix: '/katod',
});

t.test('a file store loads nothing of gRPC, and its process ends once it is closed', async (t) => {
  t.match(await inProcess(await fileSettings(t), followAndClose), { readings: [true], grpc: false });
});

t.test('an etcd store loads gRPC without what reads .proto files, and its process ends', async (t) => {
  const etcd = await startEtcd();
  t.teardown(() => etcd.close());
  const report = await inProcess(
    etcdSettings(etcd.endpoint),
    `await store.put('nodes/web-1/role', 'master'); await store.read(); ${followAndClose}`,
  );
  t.match(report, { readings: [true], grpc: true, proto: false });
});

t.test('closed while etcd is away, and while it hangs, its process ends', async (t) => {
  t.match(await inProcess(etcdSettings('http://127.0.0.1:1'), followAndClose), { readings: [false] });
  const etcd = await startEtcd();
  t.teardown(() => etcd.close());
  etcd.pause();
  const report = await inProcess(
    etcdSettings(etcd.endpoint),
    `
      const read = store.read().catch((error) => { report.read = error.message; });
      const put = store.put('cluster/stack', 'core').catch((error) => { report.put = error.message; });
      ${followAndClose}
      await Promise.all([read, put]);
    `,
  );
  t.match(report, {
    readings: [false],
    read: 'store closed while it was asked',
    put: 'store closed while it was asked',
  });
  t.ok(Number(report.lingered) < 10_000, `the process ended ${report.lingered} ms after the close`);
});

t.test('an endpoint that is none is refused at once', async (t) => {
  for (const endpoint of ['127.0.0.1:2379', 'tls://127.0.0.1:2379']) {
    await t.rejects(openStore({ settings: { store: etcdSettings(endpoint), limits }, node: 'web-1' }), {
      name: 'StoreError',
      message: new RegExp(`^etcd endpoint ${endpoint}: `),
    });
  }
});
