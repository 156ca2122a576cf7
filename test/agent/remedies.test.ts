import { mkdirSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { until } from '../sandbox/until.js';
import { containers, SLEEPER, startNode, untilReady } from './node.js';

const SLOW = 60_000;
/** Sleeps until it is told to end, after these words of shell. */
const after = (words: string) => SLEEPER.replace('trap', `${words}; trap`);

t.test('what an operator has to do is told, and when it is done the work goes on', async (t) => {
  const shared = '/srv/katod-test';
  const node = await startNode(t, {
    components: {
      checked: `${after('touch /tmp/good')}
probes:
  live: { exec: ["test", "-f", "{{ params.file }}"], period: 1s, timeout: 30s, failures: 2, startPeriod: 1s }
`,
      front: `${SLEEPER}network: shop`,
      back: `${SLEEPER}network: shop`,
      mounted: `${SLEEPER}mounts: [{ source: "{{ params.source }}", target: ${shared} }]`,
      plugged: `${SLEEPER}devices: ["{{ params.device }}"]`,
      final: `${after(`[ -e ${shared}/mended ] || exit 78`)}
mounts: [{ source: "{{ params.folder }}", target: ${shared} }]
restart: { finalExits: [78] }
`,
      job: 'command: ["/bin/sh", "-c", "exit 0"]\nrestart: { policy: on-failure }\n',
      later: `${SLEEPER}after: [job]`,
    },
    roles: { all: ['checked', 'front', 'back', 'mounted', 'plugged', 'final', 'job', 'later'] },
  });
  const { host, etcd, agent } = node;
  const folder = `${host.folder}/shared`;
  const source = `${host.folder}/missing`;
  mkdirSync(folder);
  const parameters = { folder, source, file: '/tmp/good', device: '/dev/katod-none' };
  for (const [name, value] of Object.entries(parameters))
    await etcd.put(`/katod/cluster/params/${name}`, value);
  await etcd.put('/katod/nodes/web-1/role', 'all');
  const stateOf = async (name: string) => (await agent.get(`/health/${name}`)).json;
  const found = async (name: string) =>
    (await containers(host)).find((each) => each.name === `katod-${name}`);

  await t.test('each is told with its remedy, and the others run', async (t) => {
    const others = ['checked', 'front', 'back', 'job', 'later'];
    const report = await untilHealth(
      agent,
      'the others are ready, and these are told',
      ({ components, reasons }) =>
        others.every((name) => components.find((each) => each.name === name)?.health === 'ready') &&
        ['final: finished', 'mounted: waits', 'plugged: '].every((start) =>
          reasons.some((line) => line.startsWith(start)),
        ),
      { within: SLOW },
    );
    t.equal(report.status, 'degraded');
    const reason = (name: string) => report.reasons.find((line) => line.startsWith(`${name}: `));
    t.match(
      reason('final'),
      /finished: it ended with exit code 78, which is final: mend the cause .*docker rm katod-final/,
    );
    t.match(reason('mounted'), new RegExp(`does not exist: ${source}; make it on the host, or take it out`));
    const told = await until(
      'the missing device is told',
      async () => {
        const { reasons } = await agent.health();
        const line = reasons.find((each) => /^plugged: .*katod-none/.test(each));
        if (line === undefined) throw new Error(reasons.join('\n'));
        return line;
      },
      { within: SLOW },
    );
    t.match(told, /load its driver or connect it, or take it out of the devices/);
  });

  await t.test('when the causes are mended, all of them run', async (t) => {
    mkdirSync(source);
    writeFileSync(`${folder}/mended`, '');
    await host.docker('rm', 'katod-final');
    await etcd.put('/katod/cluster/params/device', '/dev/null');
    await untilReady(agent, SLOW);
    t.equal((await agent.health()).status, 'healthy');
  });

  await t.test('a one-shot that has done its work is ready, and stays as it is', async (t) => {
    t.match(await stateOf('job'), { state: 'exited', health: 'ready', restarts: 0, lastExit: { code: 0 } });
    t.equal((await agent.get('/health/job')).status, 200);
    const before = await found('job');
    t.equal(before?.state, 'exited');
    await agent.restart();
    await until('it is seen', async () => (await agent.get('/health/job')).status === 200, { within: SLOW });
    t.same(await found('job'), before);
  });

  await t.test('a command that fails for long enough restarts its container', async (t) => {
    const before = await found('checked');
    await host.docker('exec', 'katod-checked', 'rm', '/tmp/good');
    await until('the restart', async () => (await found('checked'))?.startedAt !== before?.startedAt, {
      within: SLOW,
    });
    await untilReady(agent, SLOW);
    t.equal((await found('checked'))?.id, before?.id);
    t.match(await stateOf('checked'), {
      health: 'ready',
      output: 'test: exit code 0',
      lastAction: { because: 'its live probe fails: test: exit code 1' },
    });
  });

  await t.test('a network is made once, and made again when somebody has removed it', async (t) => {
    const networks = async () => host.docker('network', 'ls', '-q', '-f', 'label=io.katod.node=web-1');
    const first = await networks();
    t.match(first, /^\w+$/);
    await etcd.put('/katod/nodes/web-1/paused', 'all');
    await untilHealth(agent, 'hands off', ({ paused }) => paused === 'all', { within: SLOW });
    await host.docker('rm', '-f', 'katod-front');
    await host.docker('stop', 'katod-back');
    await host.docker('network', 'rm', 'shop');
    await etcd.put('/katod/nodes/web-1/paused', 'false');
    await until(
      'both run in a new one',
      async () => {
        const [now, inside] = await Promise.all([
          networks(),
          host.docker('network', 'inspect', '-f', '{{range .Containers}}{{.Name}} {{end}}', 'shop'),
        ]);
        return now !== first && inside.split(' ').sort().join(' ') === 'katod-back katod-front';
      },
      { within: SLOW },
    );
    await untilReady(agent, SLOW);
    await etcd.put('/katod/nodes/web-1/role', 'none');
    await until('all are gone', async () => (await containers(host)).length === 0, { within: SLOW });
    t.match(await networks(), /^\w+$/, 'the network stays');
  });
});
