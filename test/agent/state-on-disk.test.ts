/** The last known good under the whole agent: damaged, of a newer version, on a disk that is read-only or full. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { until } from '../sandbox/until.js';
import { assign, containers, SLEEPER, startNode, type TestNode, untilContainers } from './node.js';

const options = {
  components: { cron: SLEEPER, work: SLEEPER },
  roles: { all: ['cron', 'work'], one: ['cron'] },
};
const ALL = 'katod-cron running, katod-work running';

/** What the report says of the state on disk. */
function onDisk({ agent }: TestNode, what: RegExp): Promise<unknown> {
  return untilHealth(
    agent,
    `the report says ${what}`,
    ({ reasons }) => reasons.some((reason) => /^last known good: /.test(reason) && what.test(reason)),
    { within: 30_000 },
  );
}

const read = (path: string): Buffer => readFileSync(path);

/** Half of it; one bit of its middle turned over; as a version that is to come would write it. */
const DAMAGE: Readonly<Record<string, (content: Buffer) => Buffer>> = {
  truncated: (content) => content.subarray(0, content.length / 2),
  'bit-flipped': (content) => {
    const flipped = Buffer.from(content);
    const middle = content.length >> 1;
    flipped[middle] = (flipped[middle] ?? 0) ^ 1;
    return flipped;
  },
  'from a newer version': (content) => Buffer.from(content.toString().replace(/^(katod \S+) \d+ /, '$1 99 ')),
};
const SAID: Readonly<Record<string, RegExp>> = {
  truncated: /is damaged: trying .*previous/,
  'bit-flipped': /is damaged: trying .*previous/,
  'from a newer version': /newer version of katod.*: trying .*previous/,
};

t.jobs = 2;

t.test('a last known good that is damaged, with etcd away', { buffered: true }, async (t) => {
  const node = await startNode(t, options);
  const { host, etcd, agent } = node;
  const current = join(agent.stateDir, 'last-known-good');
  await assign(node, 'one');
  await assign(node, 'all');
  // Both copies have the role: a third reading puts the second one in the place of the first.
  await etcd.put('/katod/cluster/params/word', 'two');
  await until('kept', () => read(current).includes('two') && read(`${current}.previous`).includes('"all"'), {
    within: 20_000,
  });
  const good = read(current);
  await agent.kill('SIGTERM');
  await etcd.kill();
  const before = await containers(host);

  for (const [how, damage] of Object.entries(DAMAGE)) {
    await t.test(`${how}: the copy before it is used, and that is said`, async (t) => {
      writeFileSync(current, damage(good));
      await host.docker('kill', 'katod-work');
      await agent.start();
      await untilContainers(host, ALL, 30_000);
      await onDisk(node, SAID[how] ?? /./);
      t.match(await agent.health(), { roles: ['all'], store: { from: 'disk', reachable: false } });
      await agent.kill('SIGTERM');
      t.ok(await sameIds(before, node), 'the same containers');
    });
  }

  await t.test('plan goes by the same, and says so', async (t) => {
    const plan = await agent.katod(['plan']);
    t.match(plan, { code: 0, stdout: 'nothing to do\n' });
    t.match(plan.stderr, /^katod: this is by the last known good state on disk, since store unreachable/);
    t.match(plan.stderr, /newer version of katod/);
  });

  await t.test('both copies: nothing is stopped, what ended is started, and it is said', async (t) => {
    writeFileSync(current, 'garbage');
    writeFileSync(`${current}.previous`, Buffer.alloc(10_000, 0xff));
    await host.docker('kill', 'katod-work');
    await agent.start();
    await untilContainers(host, ALL, 30_000);
    await onDisk(node, /previous is damaged: waiting for the store/);
    t.ok(await sameIds(before, node), 'the same containers');
    t.equal((await agent.get('/readyz')).status, 503, 'nobody knows what is desired');
  });

  await t.test('etcd back: followed, kept, and well again', async (t) => {
    await etcd.start();
    const well = await untilHealth(agent, 'healthy', ({ status }) => status === 'healthy', {
      within: 60_000,
    });
    t.match(well, { reasons: [], roles: ['all'], hold: null });
    await until('kept again', () => read(current).includes('"all"'), { within: 20_000 });
    t.ok(await sameIds(before, node), 'the same containers');
  });
});

t.test('a state folder that can not be written', { buffered: true }, async (t) => {
  const node = await startNode(t, options);
  const { host, agent } = node;
  await assign(node, 'all');
  await agent.kill('SIGTERM');

  /** A file system of its own, as root is not held up by a folder's mode; it ends with the host at the latest. */
  const mounted = async (t: Test, name: string, size: string): Promise<string> => {
    const folder = join(host.folder, name);
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
    await agent.start({ KATOD_STATE_DIR: folder });
    t.teardown(async () => {
      await agent.kill('SIGKILL');
      execFileSync('umount', ['--lazy', folder]);
    });
    await until('kept', () => read(join(folder, 'last-known-good')).includes('"all"'), { within: 20_000 });
    return folder;
  };
  /** Changes are followed all the same, and what crashes heals. */
  const runsOn = async (t: Test): Promise<void> => {
    await untilContainers(host, 'katod-cron running', 30_000);
    await node.etcd.put('/katod/nodes/web-1/role', 'all');
    await untilContainers(host, ALL, 30_000);
    await host.docker('kill', 'katod-cron');
    await untilContainers(host, ALL, 30_000);
    t.equal((await agent.get('/livez')).status, 200);
  };

  await t.test('read-only: a sentence, and it runs on', async (t) => {
    const folder = await mounted(t, 'read-only', '1m');
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    await node.etcd.put('/katod/nodes/web-1/role', 'one');
    await onDisk(node, /the file system is read-only: mount it writable/);
    await runsOn(t);
    execFileSync('mount', ['-o', 'remount,rw', folder]);
    await node.etcd.put('/katod/cluster/params/word', 'writable');
    await untilHealth(agent, 'no word of it', ({ reasons }) => reasons.length === 0, { within: 30_000 });
    t.ok(read(join(folder, 'last-known-good')).includes('writable'));
  });

  await t.test('full: a sentence, it runs on, and a start without etcd finds what was there', async (t) => {
    const folder = await mounted(t, 'full', '128k');
    const filler = join(folder, 'filler');
    t.throws(() => writeFileSync(filler, Buffer.alloc(256 * 1024)), { code: 'ENOSPC' });
    await node.etcd.put('/katod/nodes/web-1/role', 'one');
    await onDisk(node, /the disk is full: make room/);
    await runsOn(t);
    await node.etcd.kill();
    await agent.kill('SIGKILL');
    await agent.start();
    await untilContainers(host, ALL, 30_000);
    t.match(await agent.health(), { roles: ['all'], store: { from: 'disk' } });
  });
});

async function sameIds(before: readonly { readonly id: string }[], { host }: TestNode): Promise<boolean> {
  const now = (await containers(host)).map(({ id }) => id);
  return now.join() === before.map(({ id }) => id).join();
}
