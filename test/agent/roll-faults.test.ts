/** What goes wrong in the middle of a roll on three real hosts: for minutes, so in `npm run test:long`. */
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { inTheLongRun } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';
import { PORT, type Rolling, startRolling, WITHIN } from './rolling.js';
import { watchServing } from './serving.js';

/** A lease's time, and as much as an agent takes to have another one. */
const BEYOND_A_LEASE = { within: 120_000 };
const ROLLED = 240_000;

t.test('in the middle of a roll', inTheLongRun, async (t) => {
  const rolling = await startRolling(t);
  const { agents, etcd, hosts, wire } = rolling;
  const put = (word: string) => etcd.put('/katod/cluster/params/word', word);
  const agentAt = (index: number) => agents[index] ?? missing();
  const hostAt = (index: number) => hosts[index] ?? missing();
  const slotIsFree = async () => Object.keys(await rolling.slots()).length === 0;

  await t.test('the holder stands still beyond its lease, and goes on', async (t) => {
    const serving = watchServing(hosts, PORT);
    await put('two');
    const index = await rolling.holder();
    agentAt(index).pause();
    await until('the slot goes with the lease', slotIsFree, BEYOND_A_LEASE);
    await othersWait(rolling, index);
    agentAt(index).resume();
    await rolling.untilRolled('two', ROLLED);
    t.equal((await serving.stop()).mostAway, 1);
  });

  await t.test('the holder is cut off from etcd', async (t) => {
    await put('three');
    const index = await rolling.holder();
    // Before that it has touched nothing, and the others may go on once its lease has run out.
    const begun = async () => Object.entries(await etcd.list('/katod/rolls/web/'));
    await until(
      'it has begun',
      async () =>
        (await begun()).some(([key, state]) => key.endsWith(`/${hostAt(index).node}`) && state === 'begun'),
      WITHIN,
    );
    const others = hosts.filter((_, at) => at !== index);
    await wire.cut(hostAt(index).host.address);
    const serving = watchServing(others, PORT);
    const asked = others[0]?.etcd ?? missing();
    const free = async () => Object.keys(await asked.list('/katod/slots/')).length === 0;
    await until('the slot goes with the lease', free, BEYOND_A_LEASE);
    await othersWait(rolling, index);
    t.equal((await serving.stop()).mostAway, 0, 'the others serve all the while');
    await wire.mend(hostAt(index).host.address);
    await rolling.untilRolled('three', ROLLED);
  });

  await t.test('etcd loses its quorum', async (t) => {
    await put('four');
    await rolling.holder();
    const members = hosts.flatMap((each) => each.etcd ?? []).slice(1);
    await Promise.all(members.map((member) => member.kill()));
    for (const agent of agents)
      await untilHealth(agent, 'it misses etcd', ({ store }) => !store.reachable, BEYOND_A_LEASE);
    // What was begun may end; nothing else is.
    const quiet = async () => (await Promise.all(agents.map((agent) => agent.health()))).every(isWaiting);
    await until('nothing is under way', quiet, BEYOND_A_LEASE);
    const [before, serving] = [await rolling.ids(), watchServing(hosts, PORT)];
    await untilHealth(agentAt(0), 'it still does', ({ store }) => !store.reachable, WITHIN);
    t.equal((await serving.stop()).mostAway, 0, 'all serve');
    t.same(await rolling.ids(), before, 'nothing that works was touched');
    await Promise.all(members.map((member) => member.start()));
    await rolling.untilRolled('four', ROLLED);
  });

  await t.test('a host is cut off, and then started anew with etcd away', async (t) => {
    const { host } = hostAt(2);
    const agent = agentAt(2);
    const ids = await rolling.ids();
    await wire.cut(host.address);
    await untilHealth(agent, 'it misses etcd', ({ store }) => !store.reachable, BEYOND_A_LEASE);
    t.same(await rolling.ids(), ids, 'its container runs on');
    await agent.kill();
    await host.daemon.kill();
    await host.daemon.start();
    await agent.start();
    const back = await untilHealth(
      agent,
      'its container is back',
      ({ components }) => components[0]?.health === 'ready',
      WITHIN,
    );
    t.equal(back.store.from, 'disk');
    t.same(await rolling.ids(), ids);
    await wire.mend(host.address);
    await rolling.healthy('all well again');
  });
});

/** The one that is away has begun, and nobody knows how it went. */
async function othersWait({ agents, hosts }: Rolling, index: number): Promise<void> {
  const { node } = hosts[index] ?? missing();
  const why = new RegExp(`${node} has begun with this definition and has not told how it went`);
  for (const [at, agent] of agents.entries()) {
    if (at === index) continue;
    await untilHealth(
      agent,
      'it waits for that node',
      ({ reasons, components }) => components[0]?.current === true || reasons.some((each) => why.test(each)),
      WITHIN,
    );
  }
}

function isWaiting({ components }: Awaited<ReturnType<Rolling['agents'][number]['health']>>): boolean {
  return components.every(({ doing }) => doing === null || doing.what === 'wait');
}

function missing(): never {
  throw new Error('there are three hosts');
}
