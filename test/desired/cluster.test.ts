/** What definitions see of ensembles and members, when they wait, and when a first ensemble is formed. */
import t from 'tap';
import { type Accepted, NOTHING_ACCEPTED } from '../../src/desired/accepted.js';
import type { Desired, Wanted } from '../../src/desired/desired.js';
import { ensembleText, formEnsemble } from '../../src/desired/ensemble.js';
import type { KnownMember } from '../../src/desired/members.js';
import { resolve } from '../../src/desired/resolve.js';
import { catalogOf } from '../catalog/catalog-of.js';

const image = 'image: example/x:1';
const catalog = catalogOf({
  components: {
    db: `name: db\ndescription: x\n${image}\ncommand: ["{{ ensemble.number }} of {{ ensemble.size }}, quorum {{ ensemble.quorum }}", "{% for it in ensemble %}{{ it.number }}={{ it.name }}@{{ it.address }};{% endfor %}"]`,
    app: `name: app\ndescription: x\n${image}\ncommand: ["{{ params.hosts }}"]`,
    direct: `name: direct\ndescription: x\n${image}\ncommand: ["{{ ensembles.db.quorum }}"]`,
    lb: `name: lb\ndescription: x\n${image}\ncommand: [{ each: 'members | with_role: "worker"', value: "{{ item.name }}@{{ item.address }}" }]`,
    plain: `name: plain\ndescription: x\n${image}`,
    sometimes: `name: sometimes\ndescription: x\n${image}\nwhen: "{{ ensembles.db.quorum }}"`,
    lost: `name: lost\ndescription: x\n${image}\ncommand: ["{{ ensembles.nobody.quorum }}"]`,
  },
  stacks: {
    s: `name: s
description: x
roles:
  master: { description: x, components: [db, app, direct, plain, sometimes] }
  worker: { description: x, components: [app] }
  edge: { description: x, components: [lb] }
  stray: { description: x, components: [lost] }
params:
  hosts: { description: x, default: '{{ ensembles.db | map: "address" | join: "," }}' }`,
  },
});

const member = (name: string, index: number, roles: readonly string[]): KnownMember => ({
  name,
  address: `10.0.0.${index}`,
  hostname: name,
  roles,
});
const masters = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, member(name, Number(name.slice(4)), ['master'])]));

interface Case {
  readonly node?: string;
  readonly role?: string;
  readonly accepted?: Partial<Accepted>;
  readonly cluster?: Readonly<Record<string, string>>;
  readonly own?: Readonly<Record<string, string>>;
  readonly source?: 'etcd' | 'file';
  readonly before?: Desired;
  readonly gone?: Accepted['ensembles'];
}

type Known = Extract<Desired, { known: true }>;

function desired({ node = 'web-1', role = 'master', ...more }: Case): Known {
  const found = resolve({
    catalog,
    accepted: {
      ...NOTHING_ACCEPTED,
      assignment: { stack: 's', roles: [role] },
      params: { cluster: more.cluster ?? {}, node: more.own ?? {} },
      ...more.accepted,
    },
    facts: { name: node, address: '10.0.0.99', hostname: node },
    from: more.source ?? 'etcd',
    source: more.source ?? 'etcd',
    ...(more.before && { before: more.before }),
    ...(more.gone && { gone: more.gone }),
  });
  if (!found.known) throw new Error(found.why);
  return found;
}

/** Its command; or what it waits for, or is refused for. */
function told(wanted: Wanted | undefined): string {
  if (wanted === undefined) return 'left out';
  if (wanted.ok) return (wanted.spec.shape.command ?? []).join(' | ');
  if (wanted.waits === undefined) return `refused: ${wanted.problems.map(({ message }) => message).join()}`;
  return `waits (${wanted.waits.needs}): ${wanted.waits.why}`;
}

const tell = (input: Case, component: string) => told(desired(input).components.get(component));
const forming = (input: Case) =>
  [...desired(input).forming]
    .map(([component, ensemble]) => `${component}: ${ensembleText(ensemble)}`)
    .join();
const definitionOf = (input: Case, component: string) => {
  const wanted = desired(input).components.get(component);
  return wanted?.ok ? wanted.spec.definition : null;
};

const formed = (...names: readonly string[]): Partial<Accepted> => ({
  ensembles: { db: formEnsemble(names) },
  members: masters(...names),
});
const three = formed('web-1', 'web-2', 'web-3');

t.test('an ensemble as its members see it', async (t) => {
  t.equal(
    tell({ node: 'web-2', accepted: three }, 'db'),
    '2 of 3, quorum 2 | 1=web-1@10.0.0.1;2=web-2@10.0.0.2;3=web-3@10.0.0.3;',
  );
  t.equal(tell({ accepted: three }, 'app'), '10.0.0.1,10.0.0.2,10.0.0.3');
  t.equal(tell({ accepted: three }, 'direct'), '2');
  const db = desired({ node: 'web-2', accepted: three }).components.get('db');
  t.strictSame(db?.ok && db.spec.ensemble, { number: 2, nodes: ['web-1', 'web-2', 'web-3'], id: null });
  t.equal(tell({ node: 'web-9', role: 'worker', accepted: three }, 'app'), '10.0.0.1,10.0.0.2,10.0.0.3');
});

t.test('the definition is the same on all nodes, and another where the ensemble is', async (t) => {
  const on = (node: string, accepted = three) => definitionOf({ node, accepted }, 'db');
  t.equal(on('web-1'), on('web-2'));
  t.not(on('web-1'), on('web-1', formed('web-1', 'web-2')));
  const moved = { ...three, members: { ...three.members, 'web-3': member('web-3', 33, ['master']) } };
  t.not(on('web-1'), on('web-1', moved), 'an address counts');
  const more = { ...three, members: { ...three.members, 'web-4': member('web-4', 4, ['worker']) } };
  t.equal(on('web-1'), on('web-1', more), 'a node that is no member does not');
  t.equal(
    definitionOf({ accepted: three }, 'app'),
    definitionOf({ accepted: three, own: { hosts: 'mine' } }, 'app'),
    "a parameter of the node's own changes no definition",
  );
  const app = (accepted: Partial<Accepted>) => definitionOf({ accepted, cluster: { hosts: 'h' } }, 'app');
  t.equal(app(three), app(formed('web-1', 'web-2')), 'set, it hangs on no ensemble');
});

t.test('what is not formed is waited for, by those who need it alone', async (t) => {
  const none = { accepted: { members: masters('web-1', 'web-2') }, cluster: { 'expect.master': '3' } };
  const why = 'db waits for its members: 2 of 3 nodes with role master are known (web-1, web-2)';
  for (const component of ['db', 'app', 'direct', 'sometimes'])
    t.equal(tell(none, component), `waits (members): ${why}`, component);
  t.equal(tell(none, 'plain'), '');
  t.equal(forming(none), '');
  t.equal(tell({ ...none, own: { hosts: 'mine' } }, 'app'), 'mine', 'a parameter that is set needs none');
  t.equal(
    tell({ accepted: { members: masters('web-1') } }, 'db'),
    'waits (operator): how many nodes get role master is not known, so db waits: etcdctl put /katod/cluster/params/expect.master NUMBER',
  );
  t.match(
    tell({ cluster: { 'expect.master': '1' } }, 'db'),
    /^waits \(members\): .*no node with role master is known yet$/,
  );
  t.match(tell({ role: 'stray' }, 'lost'), /^waits \(operator\): no role of stack s has nobody/);
  t.match(
    tell({ accepted: { ...three, members: masters('web-1', 'web-2') } }, 'app'),
    /^waits \(members\): the address of web-3, .* is not known/,
  );
});

t.test('a first ensemble is formed of exactly those that are expected', async (t) => {
  const some = (...names: readonly string[]): Case => ({
    accepted: { members: masters(...names) },
    cluster: { 'expect.master': '3' },
  });
  t.equal(forming(some('web-1', 'web-2')), '');
  t.equal(forming(some('web-3', 'web-2', 'web-1')), 'db: 1=web-1,2=web-2,3=web-3');
  t.match(
    tell(some('web-3', 'web-2', 'web-1'), 'db'),
    /^waits \(members\): ensemble db is being written: 1=/,
  );
  const four = some('web-1', 'web-2', 'web-3', 'web-4');
  t.equal(forming(four), '');
  t.match(tell(four, 'db'), /^waits \(operator\): .*more nodes have its role than were expected/);
  t.equal(
    forming({ ...some('web-1'), own: { 'expect.master': '1' } }),
    '',
    'a node does not expect for itself',
  );
  t.equal(
    forming({ ...some('web-1', 'web-2', 'web-3'), role: 'worker' }),
    '',
    'who has it not does not form it',
  );
  t.equal(forming({ ...some('web-1'), accepted: three }), '', 'what is there is not formed again');
  t.equal(
    forming({ accepted: three, gone: three.ensembles ?? {} }),
    'db: 1=web-1,2=web-2,3=web-3',
    'written back',
  );
});

t.test('a node that is no member starts nothing, and what runs stays in force', async (t) => {
  const members = { ...three.members, ...masters('web-4') };
  const fourth = { node: 'web-4', accepted: { ...three, members } };
  const why = 'web-4 is no member of ensemble db (1=web-1,2=web-2,3=web-3): katod ensemble db add web-4, or';
  t.match(tell(fourth, 'db'), `waits (number): ${why}`);
  t.equal(tell(fourth, 'app'), '10.0.0.1,10.0.0.2,10.0.0.3', 'others use the ensemble all the same');
  const before = desired({ node: 'web-4', accepted: formed('web-1', 'web-2', 'web-3', 'web-4') });
  const { components } = desired({ ...fourth, before });
  const now = components.get('db');
  t.match(now, { ok: false, problems: [], waits: { needs: 'number' } });
  t.equal(
    now?.ok === false && now.inForce,
    before.components.get('db')?.ok && Reflect.get(before.components.get('db') ?? {}, 'spec'),
  );
});

t.test('members are read only where they are needed, and waited for there', async (t) => {
  const edge = (members: Accepted['members']) => ({ role: 'edge', accepted: { members } });
  t.match(tell(edge(null), 'lb'), /^waits \(members\): the members of the cluster have not been read/);
  t.equal(tell(edge({}), 'lb'), '', 'none is an answer');
  const some = { ...masters('web-1'), b: member('b', 8, ['worker']), a: member('a', 7, ['edge', 'worker']) };
  t.equal(tell(edge(some), 'lb'), 'a@10.0.0.7 | b@10.0.0.8');
  t.equal(desired(edge({})).usesMembers, true);
  t.equal(desired({ role: 'worker' }).usesMembers, true, 'by way of a default');
  t.equal(desired({ role: 'worker', cluster: { hosts: 'h' } }).usesMembers, false);
});

t.test('where the data says which member it was', async (t) => {
  const find = (lines: string) => {
    const file = `name: q\ndescription: x\n${image}\n${lines}`;
    const stack = 'name: s\ndescription: x\nroles: { master: { description: x, components: [q] } }';
    const found = resolve({
      catalog: catalogOf({ components: { q: file }, stacks: { s: stack } }),
      accepted: {
        ...NOTHING_ACCEPTED,
        assignment: { stack: 's', roles: ['master'] },
        ensembles: { q: formEnsemble(['web-0', 'web-1']) },
        members: masters('web-0', 'web-1'),
      },
      facts: { name: 'web-1', address: 'a', hostname: 'h' },
      from: 'etcd',
    });
    return found.known ? found.components.get('q') : undefined;
  };
  const wanted = find('volumes: { data: /data }\nensembleId: { volume: data, file: myid }');
  t.strictSame(wanted?.ok && wanted.spec.ensemble, {
    number: 2,
    nodes: ['web-0', 'web-1'],
    id: { volume: 'data', path: '/data/myid' },
  });
  t.match(
    told(find('ensembleId: { volume: data, file: myid }')),
    /^refused: ensembleId\.volume: there is no volume data/,
  );
});

t.test('in a file the node is the only member', async (t) => {
  const file = { source: 'file' as const, node: 'web-7' };
  t.equal(tell(file, 'db'), '1 of 1, quorum 1 | 1=web-7@10.0.0.99;');
  t.equal(tell(file, 'app'), '10.0.0.99');
  t.equal(tell({ ...file, role: 'edge' }, 'lb'), '');
  t.match(desired(file), { usesMembers: false });
  t.equal(forming(file), '');
});

t.test('a mistake in a template is found before it is rendered', async (t) => {
  const message = (text: string) =>
    catalogOf({ components: { x: `name: x\ndescription: x\n${image}\ncommand: ['${text}']` } })
      .problems.map((problem) => problem.message)
      .join();
  t.match(message('{{ ensemble.quroum }}'), /unknown name ensemble\.quroum; .* did you mean quorum/);
  t.match(message('{{ ensembles[node.name].quorum }}'), /an ensemble is named by its component/);
  t.match(message('{% for it in ensembles %}{% endfor %}'), /an ensemble is named by its component/);
  t.match(message('{{ members.quorum }}'), /unknown name members\.quorum/);
});
