/** Mesos and what runs on it: mesos-master, mesos-agent, marathon, chronos, mesos-dns and registrator. */
import { readFileSync } from 'node:fs';
import { say, setting } from './command-line.mjs';
import { libprocessRoutes, ownAddress } from './libprocess.mjs';
import { dns, http } from './listen.mjs';
import { driver, leave, marathon } from './marathon.mjs';
import { master, workDir } from './master.mjs';

/** The JVM's and libprocess's answer to SIGTERM. */
const TERMINATED = 143;
/** A Go program without a handler can't die of a signal as the first process, and exits with this. */
const GO = 2;

const agent = {
  exit: TERMINATED,
  start() {
    const { bound, port } = ownAddress('5051');
    const metrics = () => ({ 'slave/registered': 1, 'slave/recovery_errors': 0, 'slave/uptime_secs': 1 });
    const state = { id: 'stand-in', version: 'stand-in' };
    http(bound, port, { ...libprocessRoutes(metrics), '/state': () => [200, state] });
  },
};

export const mesos = {
  'mesos-master': { exit: TERMINATED, data: () => [workDir()], start: master },
  'mesos-agent': agent,
  'mesos-slave': agent,
  marathon: { exit: TERMINATED, start: marathon, leave },
  chronos: { exit: TERMINATED, start: chronos },
  'mesos-dns': { exit: GO, start: mesosDns },
  registrator: {
    exit: GO,
    start() {
      say('running');
      setInterval(() => {}, 60_000);
    },
  },
};

function chronos() {
  const port = setting('http_port', { otherwise: '8080' });
  http(setting('http_address', { otherwise: '0.0.0.0' }), port, {
    '/ping': () => [200, 'pong'],
    '/v1/scheduler/leader': () => [200, { leader: `${setting('hostname')}:${port}` }],
    '/v1/scheduler/jobs': () => [200, []],
  });
  driver();
}

/** Knows the leading master, which is always here, and nobody else. */
function mesosDns() {
  const { domain, listener, port } = JSON.parse(readFileSync(setting('config'), 'utf8'));
  const names = new Set([`leader.${domain}`, `master.${domain}`]);
  dns(listener, port, (asked) => (names.has(asked) ? listener : undefined));
}
