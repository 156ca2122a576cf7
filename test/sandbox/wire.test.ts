/** Hosts on one wire reach each other, and have one etcd; one that is cut off reaches nobody until it is mended. */
import { existsSync } from 'node:fs';
import t from 'tap';
import type { Etcd } from './etcd.js';
import { startHost } from './host.js';
import { startHosts } from './hosts.js';
import { imageName } from './images.js';
import { until } from './until.js';
import { startWire } from './wire.js';

t.test('two hosts on a wire', async (t) => {
  const wire = await startWire();
  t.teardown(() => wire.close());
  const [one, other] = await Promise.all(
    ['10.123.0.11', '10.123.0.12'].map((address) => startHost({ images: ['busybox'], wire, address })),
  );
  if (one === undefined || other === undefined) throw new Error('two hosts were started');
  t.teardown(() => Promise.all([one.close(), other.close()]));
  const serve = ['run', '--detach', '--network', 'host', '--stop-timeout', '1', imageName('busybox')];
  await one.docker(...serve, 'httpd', '-f', '-p', '8080');
  const fetch = async () => {
    const url = `http://${one.address}:8080/`;
    const { code } = await other.exec(['curl', '--silent', '--max-time', '2', url]);
    return code === 0;
  };
  await until('a container of one answers the other', fetch, { within: 15_000 });

  await wire.cut(one.address);
  t.notOk(await fetch(), 'cut off, it answers no more');
  await wire.mend(one.address);
  await until('mended, it answers again', fetch, { within: 15_000 });

  await Promise.all([one.close(), other.close()]);
  await wire.close();
  t.notOk(existsSync(`/run/netns/${one.name}`), 'no namespace is left');
});

t.test('three hosts with one etcd', async (t) => {
  const cluster = await startHosts({ count: 3, images: [] });
  t.teardown(() => cluster.close());
  const members = cluster.hosts.flatMap(({ host, etcd }) => (etcd === null ? [] : [{ host, etcd }]));
  await cluster.etcd.put('/katod/cluster/stack', 'core');
  const leads = await Promise.all(members.map(({ etcd }) => isLeader(etcd)));
  t.equal(leads.filter(Boolean).length, 1, 'one leads');
  const leader = members[leads.indexOf(true)];
  const [one, other] = members.filter((member) => member !== leader);
  if (!leader || !one || !other) throw new Error('three hosts were started');
  t.equal(await other.etcd.get('/katod/cluster/stack'), 'core');

  await cluster.wire.cut(leader.host.address);
  await one.etcd.put('/katod/cluster/stack', 'kato');
  t.equal(await other.etcd.get('/katod/cluster/stack'), 'kato', 'two of three are enough');
  await cluster.wire.mend(leader.host.address);
  t.equal(await leader.etcd.get('/katod/cluster/stack'), 'kato', 'the third has it too');
});

async function isLeader(etcd: Etcd): Promise<boolean> {
  const [{ Status }] = JSON.parse(await etcd.ctl('endpoint', 'status', '--write-out=json'));
  return Status.header.member_id === Status.leader;
}
