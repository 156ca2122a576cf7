import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { until } from '../sandbox/until.js';
import {
  assign,
  containers,
  IMAGE,
  listener,
  SLEEPER,
  startNode,
  untilContainers,
  untilReady,
} from './node.js';

const components = {
  web: listener(8080),
  guard: `${SLEEPER}mounts: [{ source: /proc, target: /host/proc, readOnly: true }]\n`,
};
const WITHIN = { within: 30_000 };

t.test('definitions and roles of the store', async (t) => {
  const node = await startNode(t, { components, roles: { all: ['web', 'guard'], one: ['guard'] } });
  const { host, etcd, agent } = node;
  const inspect = async (name: string, format: string) =>
    (await host.docker('inspect', '--format', format, `katod-${name}`)).trim();
  const idOf = (name: string) => inspect(name, '{{.Id}}');
  const component = async (name: string) =>
    (await agent.health()).components.find((each) => each.name === name);
  const put = (name: string, text: string) => etcd.put(`/katod/cluster/components/${name}`, text);
  /** Until the container was made of what the last change asks for, and is ready. */
  const untilEnv = (name: string, word: string, there: boolean) =>
    until(
      `${name} ${there ? 'with' : 'without'} ${word}`,
      async () => {
        const has = (await inspect(name, '{{.Config.Env}}')).includes(word);
        const now = await component(name);
        return has === there && now?.current === true && now.health === 'ready';
      },
      WITHIN,
    );
  /** Until the component is refused for this reason, and its container as it was. */
  const untilRefused = async (name: string, why: RegExp) => {
    const before = await idOf(name);
    await untilHealth(
      agent,
      `${name} refused: ${why}`,
      ({ components: all, reasons }) =>
        all.some((each) => each.name === name && each.state === 'invalid') &&
        reasons.some((reason) => why.test(reason)),
      WITHIN,
    );
    t.equal(await idOf(name), before, 'what runs is kept');
    t.equal(await inspect(name, '{{.State.Running}}'), 'true');
  };
  const untilAccepted = (name: string) =>
    until(`${name} no longer refused`, async () => (await component(name))?.state === 'running', WITHIN);

  await assign(node, 'all');
  const shipped = await inspect('web', '{{index .Config.Labels "io.katod.digest"}}');

  await t.test('one put: the container is replaced; deleted: back to the shipped one', async (t) => {
    await put('web', 'env: { WORD: from-the-store }');
    await untilEnv('web', 'WORD=from-the-store', true);
    await etcd.del('/katod/cluster/components/web');
    await untilEnv('web', 'WORD=from-the-store', false);
    t.equal(await inspect('web', '{{index .Config.Labels "io.katod.digest"}}'), shipped);
  });

  await t.test('a role with a new component: refused until there is a definition of it', async (t) => {
    await etcd.put('/katod/cluster/roles/fresh', 'guard,cron');
    await untilHealth(
      agent,
      'an unknown component',
      ({ reasons }) =>
        reasons.some((reason) => /cluster\/roles\/fresh: there is no component "cron"/.test(reason)),
      WITHIN,
    );
    await put('cron', `image: ${IMAGE}\n${SLEEPER}`);
    await etcd.put('/katod/nodes/web-1/role', 'fresh');
    await untilContainers(host, 'katod-cron running, katod-guard running', 30_000);
    await untilReady(agent, 30_000);
    const { stdout } = await agent.katod(['roles']);
    t.match(stdout, /^core +all +one +fresh$/m);
    t.match(stdout, /^cron +- +- +x$/m);
    t.match((await agent.katod(['role', 'web-1', 'frsh'])).stderr, /did you mean fresh\?/);
  });

  await t.test('its definition deleted while the role names it: what runs is kept', async () => {
    await etcd.del('/katod/cluster/components/cron');
    await untilRefused('cron', /there is no definition of it/);
    await put('cron', `image: ${IMAGE}\n${SLEEPER}`);
    await untilAccepted('cron');
    await assign(node, 'all,one');
    await untilContainers(host, 'katod-guard running, katod-web running', 30_000);
  });

  const hostile: Readonly<Record<string, readonly [text: string, why: RegExp]>> = {
    privileged: ['privileged: true', /components\/web:1:13: privileged: .*policy\.privileged/],
    'the host pid': ['pid: host', /components\/web:1:6: pid: .*policy\.hostPid/],
    'the docker socket': [
      'mounts: [{ source: /var/run/docker.sock, target: /s }]',
      /components\/web:1:9: mounts: \/var\/run\/docker.sock .*policy\.hostPaths/,
    ],
    'all of the host': ['mounts: [{ source: /, target: /host }]', /mounts: \/ is not the store's/],
    'a device': ['devices: [/dev/kmsg]', /devices: \/dev\/kmsg .*policy\.devices/],
    'a capability': ['capAdd: [SYS_ADMIN]', /capAdd: SYS_ADMIN .*policy\.capabilities/],
    'a typing error': ['\ncomand: [sh]', /components\/web:2:1: comand: unknown key; did you mean command\?/],
    'no YAML': ['command: [sh', /components\/web:1:\d+: not valid YAML: .*etcdctl del/],
    'a bomb': [`command: ["{% for i in (1..999999) %}{{ i }}{% endfor %}"]`, /take more than/],
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

  await t.test('the last known good has them, through an outage of etcd and a restart', async (t) => {
    await put('web', 'env: { WORD: kept }');
    await untilEnv('web', 'WORD=kept', true);
    const before = (await containers(host)).map(({ id }) => id);
    await etcd.kill();
    await agent.restart();
    await untilReady(agent, 30_000);
    t.same(
      (await containers(host)).map(({ id }) => id),
      before,
    );
    await host.docker('rm', '-f', 'katod-web');
    await untilContainers(host, 'katod-guard running, katod-web running', 30_000);
    await untilEnv('web', 'WORD=kept', true);
  });
});
