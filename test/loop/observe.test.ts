/** One look: what the list says, and what is asked of single containers beside it. */
import t from 'tap';
import type { ContainerState, ListedContainer } from '../../src/engine/engine.js';
import { Details } from '../../src/loop/details.js';
import { LABEL } from '../../src/loop/labels.js';
import { observe } from '../../src/loop/observe.js';
import { detailOf, spec, UNKNOWN, wanted } from '../plan/world.js';

const ID = 'a'.repeat(64);

const listed = (state: ContainerState): ListedContainer => ({
  id: ID,
  name: 'katod-web',
  image: 'web:1',
  state,
  labels: { [LABEL.node]: 'web-1', [LABEL.component]: 'web' },
  publishedPorts: [],
});

/** A look at one container, of which its events have told something since the look before. */
async function look(list: ContainerState, inspect: ContainerState) {
  const details = new Details({ inspect: async () => detailOf(ID, { state: inspect }) }, () => {});
  const engine = { list: async () => [listed(list)], hasImage: async () => true, readFile: async () => null };
  const { own } = await observe({ ...sourcesWith(details), engine }, UNKNOWN);
  return own[0]?.state;
}

function sourcesWith(details: Details) {
  return {
    credentials: { mark: async () => '' },
    details,
    files: { takenUp: async () => null },
    ports: { listeners: async () => [], holderOf: async () => null },
    node: 'web-1',
    address: '10.0.0.5',
    prefix: 'katod-',
  };
}

t.test('where list and inspect differ on whether it runs, the later answer counts', async (t) => {
  t.equal(await look('running', 'exited'), 'exited', 'its end is in the events before it is in the list');
  t.equal(await look('exited', 'running'), 'running');
  t.equal(await look('running', 'dead'), 'dead');
});

t.test('images and inspects are asked for few at a time', async (t) => {
  let open = 0;
  let most = 0;
  const few = async <T>(answer: T): Promise<T> => {
    open += 1;
    most = Math.max(most, open);
    await new Promise(setImmediate);
    open -= 1;
    return answer;
  };
  const names = Array.from({ length: 100 }, (_, at) => `c${at}`);
  const containers = names.map((name) => ({
    ...listed('running'),
    id: name,
    labels: { [LABEL.node]: 'web-1', [LABEL.component]: name },
  }));
  const details = new Details({ inspect: (id) => few(detailOf(id, { state: 'running' })) }, () => {});
  const engine = {
    list: async () => containers,
    hasImage: (image: string) => few(image !== 'c7:1'),
    readFile: async () => null,
  };
  const specs = names.map((name) => spec(name, { image: `${name}:1` }));
  const seen = await observe({ ...sourcesWith(details), engine }, wanted(...specs));
  t.equal(seen.own.filter(({ detail }) => detail?.state === 'running').length, 100);
  t.strictSame([seen.images.size, seen.images.get('c7:1'), seen.images.get('c8:1')], [100, false, true]);
  t.ok(most <= 4, `${most} at once`);
});

t.test('else the list does: what is kept of an inspect may be older', async (t) => {
  t.equal(await look('paused', 'running'), 'paused');
  t.equal(await look('created', 'running'), 'created', 'nothing is asked of one that has never run');
  t.equal(await look('dead', 'exited'), 'dead');
});
