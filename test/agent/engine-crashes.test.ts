/**
 * The agent is killed before and after single calls to a real engine, in the midst of a replacement: a sample of what
 * `test/loop/crash-points.test.ts` tries at every call on the fake one.
 */
import t from 'tap';
import { until } from '../sandbox/until.js';
import { assign, containers, IMAGE, listener, untilReady } from './node.js';
import { startProxiedNode } from './proxied-node.js';

const POINTS: readonly (readonly ['before' | 'after', string, RegExp])[] = [
  ['after', 'the rename', /^POST \/containers\/[^/]+\/rename/],
  ['before', 'the create', /^POST \/containers\/create/],
  ['after', 'the create', /^POST \/containers\/create/],
  ['after', 'the stop', /^POST \/containers\/[^/]+\/stop/],
  ['after', 'the start', /^POST \/containers\/[^/]+\/start/],
  ['before', 'the removal', /^DELETE \/containers\//],
];

t.test('the agent is killed in the midst of a replacement', async (t) => {
  const node = await startProxiedNode(t, {
    components: { web: listener(8080, 'volumes: { data: /data }\n') },
    roles: { web: ['web'] },
    engineCall: '10s',
  });
  const { host, etcd, agent, proxy } = node;
  await host.docker('run', '-d', '--name', 'theirs', '--stop-timeout', '1', IMAGE, 'sleep', '100000');
  await assign(node, 'web');
  await host.docker('exec', 'katod-web', 'sh', '-c', 'echo kept > /data/file');
  const [, theirs] = await containers(host);
  const inWords = async () =>
    (await containers(host)).map(({ name, state, image }) => `${name} ${state} ${image}`).join(', ');
  for (const [index, [when, what, call]] of POINTS.entries()) {
    await t.test(`${when} ${what}`, async (t) => {
      const image = `local/web:${index}`;
      await host.docker('tag', IMAGE, image);
      const killed: Promise<unknown>[] = [];
      proxy.handle((exchange) => {
        if (killed.length > 0 || !call.test(`${exchange.method} ${exchange.path}`)) return false;
        killed.push(when === 'before' ? agent.kill() : exchange.swallow().then(() => agent.kill()));
        return true;
      });
      await etcd.put('/katod/cluster/params/image.web', image);
      await until('the call', () => killed.length === 1, { within: 60_000 });
      await killed[0];
      proxy.handle(null);
      await agent.start();
      const settled = `katod-web running ${image}, theirs running ${IMAGE}`;
      await until('it has settled', async () => (await inWords()) === settled, { within: 60_000 });
      t.same((await containers(host))[1], theirs, 'nobody else is touched');
      t.equal(await host.docker('exec', 'katod-web', 'cat', '/data/file'), 'kept');
    });
  }
  await untilReady(agent, 60_000);
});
