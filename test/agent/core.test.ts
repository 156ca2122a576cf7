/** The shipped stack on real parts: ZooKeeper, HAProxy and dnsmasq are real, the rest are stand-ins on the true ports. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startAgent, untilHealth } from '../sandbox/agent.js';
import { startEtcd } from '../sandbox/etcd.js';
import { startHost } from '../sandbox/host.js';
import { imageName, type SandboxImage } from '../sandbox/images.js';
import { assign, containers, type TestNode } from './node.js';

const IMAGES: Readonly<Record<string, SandboxImage>> = {
  zookeeper: 'zookeeper',
  haproxy: 'haproxy',
  dnsmasq: 'dnsmasq',
  'mesos-master': 'stand-in',
  'mesos-agent': 'stand-in',
  marathon: 'stand-in',
  registrator: 'stand-in',
};
const ROLES: Readonly<Record<string, readonly string[]>> = {
  edge: ['dnsmasq', 'haproxy'],
  master: ['dnsmasq', 'marathon', 'mesos-master', 'zookeeper'],
  standalone: ['dnsmasq', 'haproxy', 'marathon', 'mesos-agent', 'mesos-master', 'registrator', 'zookeeper'],
};

t.test('stack core comes up on real parts', async (t) => {
  const host = await startHost({ images: [...new Set(Object.values(IMAGES))] });
  t.teardown(() => host.close());
  const etcd = await startEtcd({ host });
  t.teardown(() => etcd.close());
  const work = join(host.folder, 'mesos');
  mkdirSync(work);
  const params = {
    ...Object.fromEntries(Object.entries(IMAGES).map(([name, image]) => [`image.${name}`, imageName(image)])),
    'expect.master': '1',
    'docker.socket': host.dockerSocket,
    'mesos.work': work,
  };
  for (const [name, value] of Object.entries(params)) await etcd.put(`/katod/cluster/params/${name}`, value);
  const agent = await startAgent({ host, settings: { KATOD_ETCD: etcd.endpoint } });
  t.teardown(async () => {
    if (!t.passing()) t.comment(agent.output());
    await agent.close();
  });
  const node: TestNode = { host, etcd, agent };

  for (const [role, names] of Object.entries(ROLES)) {
    await t.test(`role ${role}`, async (t) => {
      await etcd.put('/katod/nodes/web-1/role', role);
      const report = await untilHealth(
        agent,
        `${role} healthy`,
        ({ status, roles }) => status === 'healthy' && roles[0] === role,
        { within: 60_000 },
      );
      t.same(
        report.components.map(({ name }) => name),
        names,
      );
      t.equal((await agent.get('/readyz')).status, 200);
      const seen = await containers(host);
      t.same(
        seen.map(({ name }) => name),
        names.map((name) => `katod-${name}`),
      );
    });
  }

  await t.test('they answer to programs of their own', async (t) => {
    const zookeeper = await host.exec([
      'bash',
      '-c',
      'exec 3<>/dev/tcp/127.0.0.1/2181; printf srvr >&3; cat <&3',
    ]);
    t.match(zookeeper.stdout, /Mode: standalone/);
    t.equal((await host.exec(['curl', '-sf', 'http://127.0.0.1:8404/healthz'])).code, 0);
    const leaders = (await agent.health()).components.filter(({ leader }) => leader).map(({ name }) => name);
    t.same(leaders, ['marathon', 'mesos-master', 'zookeeper']);
  });

  await t.test('none, and everything is gone but the volumes', async (t) => {
    await assign(node, 'none');
    t.same(await containers(host), []);
    t.match(await host.docker('volume', 'ls', '-q'), /^katod-zookeeper-data$/m);
  });
});
