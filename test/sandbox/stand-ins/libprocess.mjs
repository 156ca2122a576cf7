/** What every Mesos process answers, and where it listens. */
import { setTimeout as delay } from 'node:timers/promises';
import { setting } from './command-line.mjs';

/** `address`: where others find it. */
export function ownAddress(usual) {
  const bound = setting('ip', { variable: 'MESOS_IP', otherwise: '0.0.0.0' });
  const port = setting('port', { variable: 'MESOS_PORT', otherwise: usual });
  const host = setting('hostname', { variable: 'MESOS_HOSTNAME', otherwise: bound });
  return { bound, port, address: `${host}:${port}` };
}

/** `metrics`: what they are at that moment. */
export function libprocessRoutes(metrics) {
  return { '/health': () => [200, ''], '/metrics/snapshot': limited(() => [200, metrics()]) };
}

/** It answers its metrics so often, twice a second unless told otherwise, and makes everybody else wait in line. */
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
