/** The time of day moved under a running agent: leases, backoffs and deadlines do not notice. */
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { movableClock } from '../sandbox/clock.js';
import { inTheLongRun } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';
import { openFleet } from './fleet.js';
import { listener, SLEEPER, startHostAndEtcd } from './node.js';

/** Ends at once, and is started again each 5 s, less a quarter at most by jitter. */
const BROKEN = 'command: ["/bin/sh", "-c", "exit 3"]\nrestart: { min: 5s, max: 5s }\n';
const SHORTEST_WAIT = 3_750;

t.test('a clock that is set by a day', inTheLongRun, async (t) => {
  const { host, etcd } = await startHostAndEtcd(t);
  const clock = await movableClock(host.folder);
  const start = openFleet(t, {
    host: { ...host, inside: (argv) => host.inside(clock.by(argv)) },
    components: { web: listener(8080), cron: SLEEPER, broken: BROKEN },
    roles: { all: ['web', 'cron', 'broken'], one: ['web', 'broken'] },
  });
  await etcd.put('/katod/nodes/web-1/role', 'all');
  const node = await start('web-1', { KATOD_ETCD: etcd.endpoint });
  const { agent } = node;
  const working = async () => (await node.containers()).filter(({ name }) => name !== 'broken');
  const restarts = async () =>
    (await agent.health()).components.find(({ name }) => name === 'broken')?.restarts ?? 0;
  /** As text in hexadecimal digits, since it is too large for a number; null while it has none. */
  const lease = async () => {
    const answer = await etcd.ctl('get', '/katod/status/web-1', '--write-out=json');
    const [, id] = /"lease":(\d+)/.exec(answer) ?? [];
    return id === undefined ? null : BigInt(id).toString(16);
  };
  const timeLeft = async (): Promise<number> => {
    const answer = await etcd.ctl('lease', 'timetolive', (await lease()) ?? '', '--write-out=json');
    return Number(JSON.parse(answer).ttl);
  };

  await node.untilReport('two ready', ({ components }) =>
    components.every(({ name, health }) => name === 'broken' || health === 'ready'),
  );
  await until('it crashes in a loop', async () => (await restarts()) > 1, { within: 60_000 });
  await until('its presence', async () => (await lease()) !== null, { within: 60_000 });
  const before = await working();
  const held = await lease();

  for (const days of [1, -1]) {
    await t.test(`${days} days`, async (t) => {
      const [begun, crashes, date] = [performance.now(), await restarts(), Date.now()];
      clock.move(days);
      const moved = ({ msg, time }: { msg: string; time?: unknown }) =>
        msg === 'action' && Math.abs(Date.parse(String(time)) - date - days * 86_400_000) < 3_600_000;
      await until('its log has the new time', () => agent.logs().some(moved), { within: 60_000 });

      let least = await timeLeft();
      const renewed = async () => {
        const now = await timeLeft();
        const rises = now > least + 5;
        least = Math.min(least, now);
        return rises;
      };
      await until('the lease is kept alive', renewed, { within: 90_000 });
      t.equal(await lease(), held, 'the same lease');

      await until('the crash loop goes on', async () => (await restarts()) > crashes + 1, { within: 60_000 });
      const most = Math.ceil((performance.now() - begun) / SHORTEST_WAIT) + 1;
      t.ok((await restarts()) - crashes <= most, 'at its pace');

      await etcd.pause();
      await untilHealth(agent, 'silence noticed', ({ store }) => !store.reachable, { within: 60_000 });
      await etcd.resume();
      await untilHealth(agent, 'back', ({ store }) => store.reachable, { within: 60_000 });
      t.same(await working(), before, 'nothing that works was touched');
      t.match(await agent.health(), {
        hold: null,
        components: [{}, { health: 'ready' }, { health: 'ready' }],
      });
    });
  }

  await t.test('a crash heals, and a change is followed', async () => {
    await host.docker('kill', 'web-1-web');
    await until('it runs again', async () => (await working()).every(({ state }) => state === 'running'), {
      within: 60_000,
    });
    await etcd.put('/katod/nodes/web-1/role', 'one');
    await until('cron is gone', async () => (await working()).length === 1, { within: 60_000 });
  });
});
