import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { openNotifier } from '../../src/host/notify.js';

/** Stands in for systemd: prints each datagram on one line. Node itself has no such sockets; perl is on every Debian. */
const RECEIVER = `
use Socket; $| = 1;
socket(S, AF_UNIX, SOCK_DGRAM, 0) or die; bind(S, sockaddr_un($ARGV[0])) or die; print "bound\\n";
while (defined recv(S, my $m, 4096, 0)) { $m =~ s/\\n/ /g; $m =~ s/ +$//; print "$m\\n"; }
`;

interface Manager {
  readonly environment: NodeJS.ProcessEnv;
  /** Resolves with the next message. */
  next(): Promise<string>;
}

async function manager(t: Test): Promise<Manager> {
  const folder = await mkdtemp(join(tmpdir(), 'katod-notify-'));
  const path = join(folder, 'notify');
  const child: ChildProcess = spawn('perl', ['-e', RECEIVER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(async () => {
    const over = once(child, 'exit');
    child.kill('SIGKILL');
    await over;
    await rm(folder, { recursive: true });
  });
  if (child.stdout === null) throw new Error('no output');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  t.equal(await next(), 'bound');
  return { environment: { PATH: process.env.PATH, NOTIFY_SOCKET: path }, next };
}

function logbook() {
  const lines: string[] = [];
  return { lines, log: { warn: (_fields: unknown, message?: string) => void lines.push(message ?? '') } };
}

t.test('systemd is told that the agent is up, how it is, and that it stops, in this order', async (t) => {
  const { environment, next } = await manager(t);
  const { lines, log } = logbook();
  const notifier = openNotifier({ environment, log, alive: () => true });
  const sent = [
    notifier.ready('healthy'),
    notifier.status('healthy'),
    notifier.status('degraded:\nweb fails'),
    notifier.stopping(),
  ];
  t.equal(await next(), 'READY=1 STATUS=healthy');
  t.equal(
    await next(),
    'STATUS=degraded: web fails',
    'the same status is not sent again, line breaks are taken out',
  );
  t.equal(await next(), 'STOPPING=1');
  await Promise.all(sent);
  await notifier.close();
  t.same(lines, []);
});

t.test('the watchdog is fed from ready on, and only while the agent is alive', async (t) => {
  const { environment, next } = await manager(t);
  let alive = false;
  let asked = 0;
  const log = logbook();
  const enough = new Promise<void>((resolve) => {
    const notifier = openNotifier({
      environment: { ...environment, WATCHDOG_USEC: '60000', WATCHDOG_PID: String(process.pid) },
      log: log.log,
      alive: () => {
        if (++asked === 3) resolve();
        return alive;
      },
    });
    t.teardown(() => notifier.close());
    void notifier.ready('up');
  });
  t.equal(await next(), 'READY=1 STATUS=up');
  await enough;
  alive = true;
  t.equal(await next(), 'WATCHDOG=1');
  t.ok(asked >= 4, 'the first three times nothing was sent');
});

t.test('a watchdog that is meant for another process is not fed', async (t) => {
  const { environment, next } = await manager(t);
  const notifier = openNotifier({
    environment: { ...environment, WATCHDOG_USEC: '1000', WATCHDOG_PID: '1' },
    log: logbook().log,
    alive: () => t.fail('asked'),
  });
  await notifier.ready('up');
  await notifier.stopping();
  t.equal(await next(), 'READY=1 STATUS=up');
  t.equal(await next(), 'STOPPING=1');
  await notifier.close();
});

t.test('without systemd nothing is started', async (t) => {
  const { lines, log } = logbook();
  const notifier = openNotifier({ environment: {}, log, alive: () => true, program: '/nonexistent' });
  await notifier.ready('up');
  await notifier.stopping();
  await notifier.close();
  t.same(lines, []);
});

t.test('a missing systemd-notify is one warning, and so is one that fails', async (t) => {
  for (const program of ['/nonexistent/systemd-notify', '/bin/false']) {
    const { lines, log } = logbook();
    const environment = { NOTIFY_SOCKET: '/nonexistent/notify' };
    const notifier = openNotifier({ environment, log, alive: () => true, program });
    await notifier.ready('up');
    await notifier.status('still up');
    await notifier.stopping();
    await notifier.close();
    t.same(lines, ['systemd not notified'], program);
  }
});
