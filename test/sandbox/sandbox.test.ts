/** The sandbox itself: what the other tests stand on must start real parts, and leave nothing. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import t from 'tap';
import { processesOfCgroup } from './cgroups.js';
import { startEtcd } from './etcd.js';
import { startHost } from './host.js';
import { imageName } from './images.js';
import { isAlive, processesOfNamespace, processesOfPlace } from './process-list.js';
import { until } from './until.js';

t.test('a host runs a real engine that can be killed and comes back, and an etcd', async (t) => {
  const host = await startHost({ images: ['busybox'] });
  t.teardown(() => host.close());
  const run = [
    'run',
    '--detach',
    '--network',
    'host',
    '--stop-timeout',
    '1',
    '--name',
    'web',
    imageName('busybox'),
  ];
  await host.docker(...run, 'httpd', '-f', '-p', '8080');
  const fetched = await until(
    'the container answers in the host network',
    () =>
      host.exec([
        'curl',
        '--silent',
        '--output',
        '/dev/null',
        '--write-out',
        '%{http_code}',
        `http://${host.address}:8080/`,
      ]),
    { within: 5000 },
  );
  t.equal(fetched.stdout, '404', 'it serves on the address of the host');

  const pid = Number(await host.docker('inspect', '--format', '{{.State.Pid}}', 'web'));
  await host.daemon.kill();
  t.equal(host.daemon.pid(), null);
  t.ok(isAlive(pid), 'a killed engine leaves its containers alive');
  await t.rejects(host.docker('ps'), 'and answers nothing');
  await host.daemon.start();
  t.equal(await host.docker('inspect', '--format', '{{.State.Status}}', 'web'), 'exited');
  t.notOk(isAlive(pid), 'its next start ends them, as there is no live restore');
  await host.docker('start', 'web');

  const etcd = await startEtcd({ host });
  t.equal(etcd.endpoint, 'http://127.0.0.1:2379');
  await etcd.put('/katod/nodes/web-1/role', 'master');
  t.equal(await etcd.get('/katod/nodes/web-1/role'), 'master');
  const members = [...processesOfPlace(host.folder), ...processesOfNamespace(host.name)];
  t.ok(members.length > 4, "engine, containerd, shim, container and etcd are known as the host's");

  await host.docker('pause', 'web');
  await host.close();
  await host.close();
  t.same(members.filter(isAlive), [], 'no process is left');
  t.notOk(existsSync(host.folder), 'no folder is left');
  t.notOk(existsSync(`/run/netns/${host.name}`), 'no namespace is left');
  t.notMatch(readFileSync('/proc/self/mountinfo', 'utf8'), host.folder, 'no mount is left');
});

t.test('a container may ask for what root of a small machine has not', async (t) => {
  const host = await startHost({ images: ['busybox'] });
  t.teardown(() => host.close());
  const wide = ['--privileged', '--pid', 'host', '--ulimit', 'nofile=65536:65536'];
  await host.docker('run', '--detach', '--name', 'wide', ...wide, imageName('busybox'), 'sleep', '1000');
  t.match(
    await host.docker('exec', 'wide', 'sh', '-c', 'ulimit -n'),
    /^\d+$/,
    'also for a process that joins it',
  );
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
  t.test(`what a test had started is gone when the test ends by ${signal}`, async (t) => {
    const script = `
      const { startHost } = await import('./test/sandbox/host.ts');
      const { startEtcd } = await import('./test/sandbox/etcd.ts');
      const host = await startHost({ images: ['busybox'] });
      await host.docker('run', '--detach', '${imageName('busybox')}', 'sleep', '1000');
      const etcd = await startEtcd();
      host.daemon.pause();
      console.log(JSON.stringify({ name: host.name, folder: host.folder, endpoint: etcd.endpoint }));
      setInterval(() => {}, 1000);`;
    const argv = ['--import', 'tsx', '--input-type=module', '--eval', script];
    // A run of its own: its folder goes with its last place, and in this run other tests have places too.
    const env = { ...process.env, SANDBOX_RUN: randomBytes(4).toString('hex') };
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], env });
    t.teardown(() => child.kill('SIGKILL'));
    const [line] = await once(child.stdout, 'data');
    const { name, folder, endpoint } = JSON.parse(String(line));
    const members = [...processesOfPlace(folder), ...processesOfNamespace(name), ...processesOfCgroup(name)];
    t.ok(members.length > 3);
    child.kill(signal);
    await until('all is gone', () => !existsSync(dirname(folder)), { within: 30_000 });
    t.same(members.filter(isAlive), [], 'no process is left');
    t.notOk(existsSync(`/run/netns/${name}`), 'no namespace is left');
    t.notMatch(readFileSync('/proc/self/mountinfo', 'utf8'), folder, 'no mount is left');
    await t.rejects(fetch(`${endpoint}/health`), 'the etcd beside the host is gone too');
  });
}
