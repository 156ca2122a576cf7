/** A change goes through three real hosts one after the other, and a bad one stops at the first. */
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { inTheLongRun } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';
import { inWords } from './node.js';
import { PORT, startRolling, WITHIN } from './rolling.js';
import { watchServing } from './serving.js';

const { agents, etcd, healthy, holder, hosts, ids, slots, untilRolled, words } = await startRolling(t);

t.test('a change rolls through while another comes, and never two are away', async (t) => {
  const serving = watchServing(hosts, PORT);
  await etcd.put('/katod/cluster/params/word', 'two');
  await until('the first has it', async () => (await words()).includes('two'), WITHIN);
  await etcd.put('/katod/cluster/params/word', 'three');
  await etcd.put('/katod/cluster/params/word', 'four');
  await untilRolled('four');
  const { mostAway, looks } = await serving.stop();
  t.equal(mostAway, 1, `in ${looks} looks from outside`);
});

t.test('a bad definition stops at the first node, which goes back', async (t) => {
  const before = await ids();
  const serving = watchServing(hosts, PORT);
  await etcd.put('/katod/cluster/components/web', 'command: ["sleep", "1000"]\nstop: { timeout: 1s }\n');
  const rolls = async () => Object.entries(await etcd.list('/katod/rolls/web/'));
  await until(
    'a node says it failed',
    async () => (await rolls()).some(([, state]) => state === 'failed'),
    WITHIN,
  );
  const [key = ''] = (await rolls()).find(([, state]) => state === 'failed') ?? [];
  const where = hosts.findIndex(({ node }) => key.endsWith(`/${node}`));
  const first = agents[where];
  if (first === undefined) throw new Error(`no node of ours: ${key}`);
  const report = await untilHealth(
    first,
    'it is back',
    ({ status, components, slots }) =>
      // What it gave the slot back for is planned, and told, a look later.
      status === 'degraded' && components[0]?.health === 'ready' && slots.length === 0,
    WITHIN,
  );
  t.match(
    report.reasons.join(),
    /did not become ready here, and the one before runs on \(docker logs katod-web-failed-/,
  );
  t.same(await ids(), before, 'all run what they ran');
  for (const [index, agent] of agents.entries()) {
    if (index === where) continue;
    await untilHealth(
      agent,
      'the others say why they wait',
      ({ reasons }) => reasons.some((reason) => reason.includes(`failed on ${hosts[where]?.node}`)),
      WITHIN,
    );
  }
  const { mostAway } = await serving.stop();
  t.equal(mostAway, 1, 'one was away, the others were not touched');

  await etcd.del('/katod/cluster/components/web');
  await healthy('well again with the old definition');
  t.same(await ids(), before, 'for which nothing had to be done');
  const left = async () => (await Promise.all(hosts.map(({ host }) => inWords(host)))).join();
  await until('and the failed one is gone', async () => !(await left()).includes('failed'), WITHIN);
});

t.test('a live probe that can not succeed restarts one, and the others are left alone', async (t) => {
  const started = () =>
    Promise.all(
      hosts.map(({ host }) => host.docker('inspect', '--format', '{{.State.StartedAt}}', 'katod-web')),
    );
  const [before, containers] = [await started(), await ids()];
  // Of the definition before, which nobody wants any more.
  const earlier = new Set(Object.keys(await etcd.list('/katod/rolls/web/')));
  await etcd.put(
    '/katod/cluster/components/web',
    'probes: { live: { tcp: 1, period: 1s, failures: 2, startPeriod: 1s } }\n',
  );
  const failed = async () =>
    Object.entries(await etcd.list('/katod/rolls/web/')).filter(
      ([key, state]) => state === 'failed' && !earlier.has(key),
    );
  await until('one has failed with it', async () => (await failed()).length > 0, WITHIN);
  for (const agent of agents)
    await untilHealth(
      agent,
      'it is reported',
      ({ reasons }) => reasons.some((it) => it.includes('live probe fails')),
      WITHIN,
    );
  const after = await started();
  t.equal(after.filter((each, index) => each !== before[index]).length, 1, 'one was restarted');
  t.same(await ids(), containers, 'and none replaced');
  await etcd.del('/katod/cluster/components/web');
  await healthy('a good probe ends it');
  t.same(await ids(), containers);
});

t.test('an agent that holds the slot is killed, and starts again later', inTheLongRun, async (t) => {
  const serving = watchServing(hosts, PORT);
  await etcd.put('/katod/cluster/params/word', 'five');
  const index = await holder();
  await agents[index]?.kill();
  t.match(Object.keys(await slots()), [/^\/katod\/slots\/web\/0$/], 'its slot is still there');
  await agents[index]?.start();
  await untilRolled('five');
  const { mostAway } = await serving.stop();
  t.equal(mostAway, 1);
});
