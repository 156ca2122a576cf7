import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { until } from '../sandbox/until.js';
import { assign, untilContainers, untilReady } from './node.js';
import { startStoreNode, WITHIN } from './store-definitions.js';

t.test('what the store may not ask for', async (t) => {
  const { node, host, etcd, agent, inspect, idOf, component, put, ...waits } = await startStoreNode(t);
  const { untilRefused, untilAccepted } = waits;
  await assign(node, 'all');
  const shipped = await inspect('web', '{{index .Config.Labels "io.katod.digest"}}');

  const hostile: Readonly<Record<string, readonly [text: string, why: RegExp]>> = {
    privileged: ['privileged: true', /components\/web:1:13: privileged: .*policy\.privileged/],
    'the docker socket': [
      'mounts: [{ source: /var/run/docker.sock, target: /s }]',
      /components\/web:1:9: mounts: \/var\/run\/docker.sock .*policy\.hostPaths/,
    ],
    'all of the host': ['mounts: [{ source: /, target: /host }]', /mounts: \/ is not the store's/],
    'a typing error': ['\ncomand: [sh]', /components\/web:2:1: comand: unknown key; did you mean command\?/],
    'no YAML': ['command: [sh', /components\/web:1:\d+: not valid YAML: .*etcdctl del/],
  };
  for (const [what, [text, why]] of Object.entries(hostile)) {
    await t.test(`${what}: refused, and the shipped one runs on`, async () => {
      await put('web', text);
      await untilRefused('web', why);
    });
  }

  await t.test('while refused it heals, and what is gone is made anew as it was', async (t) => {
    const before = await idOf('web');
    await host.docker('kill', 'katod-web');
    await until(
      'started again, and ready',
      async () =>
        (await inspect('web', '{{.State.Running}}')) === 'true' &&
        (await component('web'))?.health === 'ready',
      WITHIN,
    );
    t.equal(await idOf('web'), before);
    await host.docker('rm', '-f', 'katod-web');
    await untilContainers(host, 'katod-guard running, katod-web running', 30_000);
    t.equal(await inspect('web', '{{index .Config.Labels "io.katod.digest"}}'), shipped);
    await etcd.del('/katod/cluster/components/web');
    await untilReady(agent, 30_000);
  });

  await t.test('the program of a shipped component with rights is not for the store to change', async () => {
    await etcd.put('/katod/cluster/params/image.guard', 'evil.example/guard:1');
    await untilRefused('guard', /cluster\/params\/image.guard: .*repository.*policy\.override/);
    await etcd.del('/katod/cluster/params/image.guard');
    await untilAccepted('guard');
    await put('guard', 'env: { LD_PRELOAD: /evil.so }');
    await untilRefused('guard', /env: guard has rights on the host \(mounts\).*policy\.override/);
    await put('guard', 'memory: 64m');
    await untilAccepted('guard');
    await etcd.del('/katod/cluster/components/guard');
    await untilReady(agent, 30_000);
  });

  await t.test('what the policy allows runs', async (t) => {
    const file = join(host.folder, 'katod.yaml');
    writeFileSync(file, `policy:\n  hostPaths: ["web:${host.folder}"]\n`);
    await put('web', `mounts: [{ source: ${host.folder}, target: /host, readOnly: true }]`);
    await untilRefused('web', /policy\.hostPaths/);
    await agent.restart({ KATOD_CONFIG: file });
    await until(
      'mounted',
      async () => (await inspect('web', '{{range .Mounts}}{{.Source}}{{end}}')).includes(host.folder),
      WITHIN,
    );
    await untilReady(agent, 30_000);
    t.equal((await component('web'))?.state, 'running');
  });
});
