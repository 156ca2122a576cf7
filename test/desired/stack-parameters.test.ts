/** What the parameters of the stacks change, and that they change nothing else: a container is replaced where its digest is new. */
import t from 'tap';
import type { ComponentSpec } from '../../src/desired/desired.js';
import { desiredFor, type Example, examples } from './examples.js';

type Params = Readonly<Record<string, string>>;

function exampleOf(name: string): Example {
  const found = examples.find((example) => (example.name ?? example.stack) === name);
  if (found === undefined) throw new Error(`no example ${name}`);
  return found;
}

function specs(
  example: Example,
  roles: readonly string[],
  params: Params = {},
): ReadonlyMap<string, ComponentSpec> {
  const { components } = desiredFor(example, roles, params);
  return new Map(
    [...components.values()].map((each) => {
      if (!each.ok) throw new Error(JSON.stringify(each.problems));
      return [each.spec.name, each.spec];
    }),
  );
}

/** Components that come, go, or get a new container. */
function changed(example: Example, roles: readonly string[], params: Params): readonly string[] {
  const before = specs(example, roles);
  const after = specs(example, roles, params);
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name)?.digest !== after.get(name)?.digest).sort();
}

const panteras = exampleOf('panteras');
const toots = exampleOf('toots');

t.test('without a virtual address there is no keepalived, and the rest is as it was', async (t) => {
  const { vip: _, ...params } = panteras.params;
  const without = { ...panteras, params };
  t.notOk(specs(without, ['standalone']).has('keepalived'));
  t.strictSame(
    changed(without, ['standalone'], { vip: '10.0.0.100' }),
    ['consul-haproxy', 'keepalived'],
    'the load balancer listens on it, too',
  );
  t.strictSame(changed(without, ['master'], { vip: '10.0.0.100' }), []);
  t.strictSame(
    changed(without, ['standalone'], { vip: '10.0.0.100', listen: '0.0.0.0' }).includes('keepalived'),
    true,
  );
});

t.test('listen is heeded by every component that listens, and nothing is asked at 0.0.0.0', async (t) => {
  const roles = { panteras: ['master', 'slave'], toots: ['master', 'slave', 'edge'] };
  for (const example of [panteras, toots]) {
    const all = specs(example, roles[example.stack as keyof typeof roles], {
      listen: '0.0.0.0',
      balancing: 'true',
    });
    // The engine's socket, the resolver, which would answer itself on all addresses, and what has no port.
    const without = ['registrator', 'dnsmasq', 'keepalived'];
    for (const { name, shape, probes } of all.values()) {
      t.notMatch(JSON.stringify(probes), '0.0.0.0', `${name} is asked elsewhere`);
      if (!without.includes(name)) t.match(JSON.stringify(shape), '0.0.0.0', `${name} listens there`);
    }
  }
});

t.test('the domain of services is that of Consul, the resolver and the load balancer', async (t) => {
  t.strictSame(changed(panteras, ['standalone'], { 'consul.domain': 'example.org' }), [
    'consul-haproxy',
    'consul-server',
    'dnsmasq',
  ]);
});

t.test('a registry is that of images that name none, and of no others', async (t) => {
  t.strictSame(changed(panteras, ['standalone'], { registry: 'own.example/mirror/' }), [
    'consul-server',
    'zookeeper',
  ]);
  const images = [...specs(panteras, ['slave'], { registry: 'own.example/mirror/' }).values()].map(
    ({ shape }) => shape.image,
  );
  t.ok(images.includes('own.example/mirror/hashicorp/consul:1.22.1'));
  t.ok(images.includes('example/mesos-agent:1'), 'a parameter names a whole image');
});

t.test('each component can be left out', async (t) => {
  for (const name of specs(panteras, ['standalone']).keys())
    t.strictSame(
      changed(panteras, ['standalone'], { [`start.${name}`]: 'false' }).includes(name),
      true,
      name,
    );
  t.notOk(specs(panteras, ['slave'], { 'start.consul-agent': 'false' }).has('consul-agent'));
  t.ok(specs(panteras, ['slave'], { 'start.consul-agent': 'true' }).has('consul-agent'));
});

t.test("the ticks of Toots' menu", async (t) => {
  const has = (roles: readonly string[], params: Params) => [...specs(toots, roles, params).keys()].sort();
  const slave = ['consul-agent', 'mesos-agent', 'registrator'];
  t.strictSame(has(['slave'], {}), slave);
  t.strictSame(
    has(['slave'], { balancing: 'true' }),
    [...slave, 'consul-haproxy', 'dnsmasq', 'keepalived'].sort(),
  );
  t.strictSame(has(['slave'], { 'mesos.attributes': 'type:data' }), [...slave, 'nfs'].sort());
  t.ok(has(['master'], {}).includes('registrator'));
  t.notOk(has(['master'], { 'register.masters': 'false' }).includes('registrator'));
  t.strictSame(has(['edge'], {}), ['consul-agent', 'consul-haproxy', 'keepalived']);
});

t.test('a server of Consul is its own client', async (t) => {
  t.notOk(specs(toots, ['master', 'slave', 'edge']).has('consul-agent'));
  t.notOk(specs(panteras, ['standalone']).has('consul-agent'));
});
