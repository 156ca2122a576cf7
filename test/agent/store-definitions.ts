/** A node whose definitions are changed in the store: what is put, and what is waited for. */
import type { Test } from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { until } from '../sandbox/until.js';
import { listener, SLEEPER, startNode, type TestNode } from './node.js';

export const WITHIN = { within: 30_000 };

/** `web` without rights, and `guard` with a path of the host. */
const components = {
  web: listener(8080),
  guard: `${SLEEPER}mounts: [{ source: /proc, target: /host/proc, readOnly: true }]\n`,
};

export async function startStoreNode(t: Test) {
  const node: TestNode = await startNode(t, { components, roles: { all: ['web', 'guard'], one: ['guard'] } });
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

  return { node, host, etcd, agent, inspect, idOf, component, put, untilEnv, untilRefused, untilAccepted };
}
