/** A minute in which nothing happens, on a node of ten probed components that has had a few changes of its role. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Etcd } from '../../sandbox/etcd.js';
import { until } from '../../sandbox/until.js';
import type { Figure } from '../figure.js';
import { numbered, openRig } from '../rig.js';

const MINUTE = 60_000;
const CHANGES = 3;
/** Without a write, in milliseconds: then all has been told. */
const STILL = 3_000;
/** Of the kernel's counts of processor time, in milliseconds. */
const TICK = 10;

export async function idle(): Promise<readonly Figure[]> {
  const rig = await openRig({ components: numbered(10, probed), counted: true });
  try {
    const { agent, etcd, proxy, put, settled } = rig;
    const pid = agent.pid();
    if (pid === null || proxy === null) throw new Error('the agent does not run');
    for (let change = 0; change < CHANGES; change += 1) {
      await put('nodes/web-1/role', 'none');
      await settled();
      await put('nodes/web-1/role', 'bench');
      await settled();
    }
    // What was taken away had slots, and they are given back once what came in its place has been ready for 10 s.
    const free = async () => Object.keys(await etcd.list('/katod/slots/')).length === 0;
    await until('no slot is held', free, { within: 60_000 });
    await settled();
    const revision = await lastWrite(etcd);
    proxy.take();
    const begun = { at: performance.now(), processor: processorTime(pid) };
    await delay(MINUTE);
    const { lists, pings, others } = proxy.take();
    const share = (processorTime(pid) - begun.processor) / (performance.now() - begun.at);
    const written = (await etcd.revision()) - revision;
    const common = { measure: 'idle' };
    return [
      { ...common, what: 'resident', unit: 'MB', values: [resident(pid)], target: 80 },
      { ...common, what: 'of a core', unit: '%', values: [share * 100], target: 0.7 },
      { ...common, what: 'lists in a minute (resync 30 s)', unit: 'calls', values: [lists], target: 2 },
      { ...common, what: 'pings in a minute', unit: 'calls', values: [pings], target: 6 },
      { ...common, what: 'other calls in a minute', unit: 'calls', values: [others.length], target: 0 },
      { ...common, what: 'store writes but keep-alives', unit: 'writes', values: [written], target: 0 },
    ];
  } finally {
    await rig.close();
  }
}

/** The revision after which nothing has been written for some seconds: a status is told a second after what it tells. */
async function lastWrite(etcd: Etcd): Promise<number> {
  let last = { revision: 0, at: performance.now() };
  const still = async () => {
    const revision = await etcd.revision();
    if (revision !== last.revision) last = { revision, at: performance.now() };
    return performance.now() - last.at > STILL;
  };
  await until('nothing is written', still, { within: 60_000 });
  return last.revision;
}

function probed(number: number): string {
  const port = 18_000 + number;
  return `
command: ["/bin/sh", "-c", "trap 'exit 0' TERM; echo ok > /index.html; httpd -f -p ${port} -h / & wait $!"]
ports: [${port}]
stop: { timeout: 2s }
probes:
  live: { tcp: ${port}, period: 10s }
  ready: { http: "http://127.0.0.1:${port}/index.html", expect: 200, period: 5s }
`;
}

function resident(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** User and system time of the process so far, in milliseconds. */
function processorTime(pid: number): number {
  // The name in brackets may hold blanks; fields 14 and 15 are the 12th and 13th after it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}
