/**
 * mesos-master: its masters elect one of them by ZooKeeper, as true ones do, and have a log of which they keep nothing but
 * whether they take part in it.
 */
import { fail, setting } from './command-line.mjs';
import { Group, parseUrl } from './group.mjs';
import { libprocessRoutes, ownAddress } from './libprocess.mjs';
import { http } from './listen.mjs';
import { Replica, STATUS_PATH } from './replicated-log.mjs';

export function workDir() {
  return setting('work_dir', { variable: 'MESOS_WORK_DIR', otherwise: '/tmp/mesos' });
}

export function master() {
  const { bound, port, address } = ownAddress('5050');
  const zk = setting('zk', { variable: 'MESOS_ZK' });
  const { leader, leads, replica, replicas } = zk === undefined ? alone(address) : among(zk, address);
  const metrics = () => ({
    'registrar/log/recovered': replica() === 'VOTING' ? 1 : 0,
    'registrar/log/ensemble_size': replicas(),
    'master/elected': leads() ? 1 : 0,
    'master/slaves_active': 0,
  });
  http(bound, port, {
    ...libprocessRoutes(metrics),
    '/master/health': () => [200, ''],
    '/redirect': () => {
      const to = leader();
      return to === null ? [503, 'No leader elected'] : [307, '', { location: `//${to}` }];
    },
    [STATUS_PATH]: () => [200, replica()],
  });
}

function alone(address) {
  return { leader: () => address, leads: () => true, replica: () => 'VOTING', replicas: () => 1 };
}

/** It does not leave ZooKeeper when it ends: as with true ones its place is free when its session has run out. */
function among(zk, address) {
  const { servers, folder } = parseUrl(zk);
  const masters = new Group({
    servers,
    folder,
    label: 'json.info_',
    info: { address },
    onLost: (led) => led && fail('Lost leadership'),
  });
  const group = new Group({ servers, folder: `${folder}/log_replicas`, label: '', info: { address } });
  const quorum = Number(setting('quorum', { variable: 'MESOS_QUORUM', otherwise: '1' }));
  const replica = new Replica({ workDir: workDir(), quorum, group });
  return {
    leader: () => masters.members()[0]?.address ?? null,
    leads: () => masters.leads(),
    replica: () => replica.status(),
    replicas: () => group.members().length,
  };
}
