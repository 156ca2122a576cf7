/** Masters on three real hosts: a fourth joins last, and a bad ZooKeeper stops at the first. Minutes long. */
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { imageName } from '../sandbox/images.js';
import { inTheLongRun } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';
import { fetchFrom, openMasters } from './masters.js';
import { containers, inWords } from './node.js';
import { watchServing } from './serving.js';

const WITHIN = { within: 240_000 };
const BACK = /^zookeeper: .*did not become ready here, and the one before runs on/;

t.test('masters change', inTheLongRun, async (t) => {
  const masters = await openMasters(t, {
    count: 4,
    components: ['zookeeper', 'mesos-master'],
    cluster: {
      // ZooKeeper knows no STAND_IN: it is for the program that is put in its place.
      'components/zookeeper':
        'env: { ZK_SERVER_HEAP: "128", STAND_IN: registrator }\ndisruption: { readyWithin: 45s }\n',
      'roles/spare': 'mesos-master',
    },
  });
  const { hosts, etcd, start, agentOf, inspect, untilWell } = masters;
  const three = hosts.slice(0, 3);
  const [first, , , fourth] = hosts;
  if (first === undefined || fourth === undefined) throw new Error('not four hosts');
  await Promise.all(hosts.map(start));
  for (const { node } of three) await etcd.put(`/katod/nodes/${node}/role`, 'master');
  await untilWell(three);

  await t.test('a fourth master: the quorum is raised on the three before it starts', async (t) => {
    await etcd.put(`/katod/nodes/${fourth.node}/role`, 'spare');
    await untilHealth(
      agentOf(fourth),
      'it waits to be added',
      ({ reasons }) => reasons.some((each) => each.includes('katod ensemble mesos-master add web-4')),
      WITHIN,
    );
    const serving = watchServing(three, 5050);
    const added = async () => {
      const { code, stderr } = await agentOf(first).katod(['ensemble', 'mesos-master', 'add', fourth.node]);
      if (code !== 0) throw new Error(stderr);
      return true as const;
    };
    await until('it is added', added, WITHIN);
    await untilHealth(
      agentOf(fourth),
      'it waits for the others',
      ({ components }) => components[0]?.state === 'running' || waitsForOthers(components[0]?.doing?.because),
      WITHIN,
    );
    await untilHealth(agentOf(fourth), 'it runs', ({ status }) => status === 'healthy', WITHIN);
    const format = '{{.State.StartedAt}} {{join .Config.Cmd " "}}';
    const [joined = ''] = await inspect([fourth], 'mesos-master', format);
    const others = await inspect(three, 'mesos-master', format);
    for (const text of [joined, ...others]) t.match(text, ' --quorum=3 ');
    t.ok(
      others.every((text) => text < joined),
      `it started last: ${joined}, and the others ${others.join()}`,
    );
    await untilWell(hosts);
    t.equal((await serving.stop()).mostAway, 1);
    const whole = async () => {
      const told = await Promise.all(
        hosts.map(async (host) => JSON.parse(await fetchFrom(host, '5050/metrics/snapshot'))),
      );
      const sum = (name: string) => told.reduce((all, each) => all + each[name], 0);
      const size = told[0]['registrar/log/ensemble_size'];
      const words = `${sum('registrar/log/recovered')} of ${size}, ${sum('master/elected')} leads`;
      if (words !== '4 of 4, 1 leads') throw new Error(words);
      return true as const;
    };
    await until('all four take part, and one leads', whole, WITHIN);
  });

  const image = (name: string) => etcd.put('/katod/cluster/params/image.zookeeper', name);
  const seen = () => Promise.all(three.map(({ host }) => containers(host)));

  await t.test('an image of zookeeper that is not there: told by all, and nothing is touched', async (t) => {
    const before = await seen();
    await image('127.0.0.1:9/zookeeper:none');
    for (const host of three)
      await untilHealth(
        agentOf(host),
        'it tells of the image',
        ({ reasons }) => reasons.some((each) => /^zookeeper: .*127\.0\.0\.1:9\/zookeeper:none/.test(each)),
        WITHIN,
      );
    t.same(await seen(), before);
    t.same(await etcd.list('/katod/slots/'), {});
    await image(imageName('zookeeper'));
    await untilWell(three);
    t.same(await seen(), before);
  });

  await t.test(
    'an image that starts and is no ZooKeeper: the first goes back, the others are spared',
    async (t) => {
      const before = await seen();
      const serving = watchServing(three, 2181);
      await image(imageName('stand-in'));
      const failed = async () =>
        Object.entries(await etcd.list('/katod/rolls/zookeeper/')).find(
          ([, state]) => state === 'failed',
        )?.[0];
      const key = await until('one has failed with it', failed, WITHIN);
      const at = three.findIndex(({ node }) => key.endsWith(`/${node}`));
      const tried = three[at];
      if (tried === undefined) throw new Error(`no node of ours: ${key}`);
      await untilHealth(
        agentOf(tried),
        'it is back, and says so',
        ({ reasons, slots }) => slots.length === 0 && reasons.some((each) => BACK.test(each)),
        WITHIN,
      );
      t.match(await inWords(tried.host), 'katod-zookeeper running, katod-zookeeper-failed-');
      const others = (each: Awaited<ReturnType<typeof seen>>) => each.filter((_, index) => index !== at);
      t.same(others(await seen()), others(before), 'the others are as they were');
      for (const host of three)
        if (host !== tried)
          await untilHealth(
            agentOf(host),
            'it says why it waits',
            ({ reasons }) => reasons.some((each) => each.includes(`failed on ${tried.node}`)),
            WITHIN,
          );
      await image(imageName('zookeeper'));
      await untilWell(three);
      t.equal((await serving.stop()).mostAway, 1);
      t.same(others(await seen()), others(before));
    },
  );
});

function waitsForOthers(because: string | undefined): boolean {
  return /must know of the new member first|it is being read how the other members are/.test(because ?? '');
}
