/**
 * STAND-IN for Mesos: true ports, health and metrics. Masters elect one of them by ZooKeeper, as true ones do, and have a
 * log of which they keep nothing but whether they take part in it. No agent registers, no framework, no task.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Group, parseUrl } from './group.mjs';
import { end, endsWith, serve, setting } from './program.mjs';
import { Replica, STATUS_PATH } from './replicated-log.mjs';

export function agent() {
  const { bound, port } = ownAddress('5051');
  const metrics = () => ({ 'slave/registered': 1, 'slave/recovery_errors': 0, 'slave/uptime_secs': 1 });
  const state = { id: 'stand-in', version: 'stand-in' };
  serve(bound, port, { ...common(metrics), '/state': () => [200, state] });
  endsWith(143);
}

export function master() {
  const { bound, port, address } = ownAddress('5050');
  const zk = setting('zk', 'MESOS_ZK', null);
  const { leader, leads, replica, replicas } = zk === null ? alone(address) : among(zk, address);
  const metrics = () => ({
    'registrar/log/recovered': replica() === 'VOTING' ? 1 : 0,
    'registrar/log/ensemble_size': replicas(),
    'master/elected': leads() ? 1 : 0,
    'master/slaves_active': 0,
  });
  serve(bound, port, {
    ...common(metrics),
    '/master/health': () => [200, ''],
    '/redirect': () => {
      const to = leader();
      return to === null ? [503, 'No leader elected'] : [307, '', { location: `//${to}` }];
    },
    [STATUS_PATH]: () => [200, replica()],
  });
  endsWith(143);
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
    onLost: (led) => led && end(1, 'Lost leadership'),
  });
  const group = new Group({ servers, folder: `${folder}/log_replicas`, label: '', info: { address } });
  const workDir = setting('work_dir', 'MESOS_WORK_DIR', '/tmp/mesos');
  const replica = new Replica({ workDir, quorum: Number(setting('quorum', 'MESOS_QUORUM', '1')), group });
  return {
    leader: () => masters.members()[0]?.address ?? null,
    leads: () => masters.leads(),
    replica: () => replica.status(),
    replicas: () => group.members().length,
  };
}

/** `address`: where others find it. */
function ownAddress(usual) {
  const bound = setting('ip', 'MESOS_IP', '0.0.0.0');
  const port = setting('port', 'MESOS_PORT', usual);
  return { bound, port, address: `${setting('hostname', 'MESOS_HOSTNAME', bound)}:${port}` };
}

function common(metrics) {
  return { '/health': () => [200, ''], '/metrics/snapshot': limited(() => [200, metrics()]) };
}

/** libprocess answers its metrics so often, twice a second unless told otherwise, and makes everybody else wait in line. */
function limited(answer) {
  const rate = process.env.LIBPROCESS_METRICS_SNAPSHOT_ENDPOINT_RATE_LIMIT ?? '2/1secs';
  const [, permits, seconds] = /^(\d+)\/(\d+)secs$/.exec(rate) ?? [];
  if (permits === undefined) return answer;
  const interval = (1000 * Number(seconds)) / Number(permits);
  let free = 0;
  return async () => {
    const turn = Math.max(performance.now(), free);
    free = turn + interval;
    await delay(turn - performance.now());
    return answer();
  };
}
