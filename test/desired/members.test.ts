/** What is accepted of ensembles and members, and what stays when it is gone. */
import t from 'tap';
import { accept } from '../../src/desired/accept.js';
import { type Accepted, NOTHING_ACCEPTED, parseAccepted } from '../../src/desired/accepted.js';
import { ensembleText } from '../../src/desired/ensemble.js';
import type { Refused, SharedFolder } from '../../src/store/store.js';
import { catalogOf } from '../catalog/catalog-of.js';

const KEY = 'cluster/ensembles/db';

interface Answer {
  readonly values?: Readonly<Record<string, string>>;
  readonly shared?: readonly SharedFolder[];
  readonly refused?: readonly Refused[];
  readonly source?: 'etcd' | 'file';
}

function take({ values = {}, source = 'etcd', ...rest }: Answer, previous: Accepted = NOTHING_ACCEPTED) {
  const entries = Object.entries(values).map(([key, text]) => [key, new TextEncoder().encode(text)] as const);
  return accept({
    previous,
    snapshot: { revision: '7', clusterId: null, entries: new Map(entries), ...rest },
    catalog: catalogOf({}),
    node: 'web-1',
    defaultStack: 'core',
    prefix: '/katod',
    source,
  });
}

/** The ensembles in force, those to be written back, and the problems. */
function told(answer: Answer, previous?: Accepted): string {
  const { accepted, gone, problems } = take(answer, previous);
  const texts = (ensembles: Accepted['ensembles']) =>
    Object.entries(ensembles)
      .map(([name, ensemble]) => `${name}: ${ensembleText(ensemble)}`)
      .join(' ');
  const lines = problems.map(({ place, message }) => `${place} ${message}`);
  return [texts(accepted.ensembles), `gone: ${texts(gone)}`, ...lines].join('\n');
}

const before = take({ values: { [KEY]: ' 2=web-2,1=web-1' } }).accepted;

t.test('a good value counts, a bad one leaves the last good', async (t) => {
  t.equal(told({ values: { [KEY]: '1=web-1,3=web-3' } }, before), 'db: 1=web-1,3=web-3\ngone: ');
  t.equal(
    told({ values: { [KEY]: '1=web-1,1=web-3' } }, before),
    'db: 1=web-1,2=web-2\ngone: \n/katod/cluster/ensembles/db number 1 is there twice; the last good one stays in force: etcdctl put /katod/cluster/ensembles/db 1=NODE,2=NODE,3=NODE, or etcdctl del /katod/cluster/ensembles/db',
  );
  t.match(told({ values: { [KEY]: '' } }), /^\ngone: \n.*the value is empty; it has no members/);
});

t.test('nothing changes because a key is gone: it is told, and to be written back', async (t) => {
  t.equal(
    told({}, before),
    'db: 1=web-1,2=web-2\ngone: db: 1=web-1,2=web-2\n/katod/cluster/ensembles/db the key is gone; 1=web-1,2=web-2 stays in force, and an agent writes it back. It is changed by katod ensemble db',
  );
  const refused = [{ prefix: 'cluster/', why: 'store refused' }];
  t.equal(
    told({ refused }, before),
    'db: 1=web-1,2=web-2\ngone: \ncluster/ store refused; what was last known stays in force'.replace(
      'cluster/ store',
      '/katod/cluster/ store',
    ),
    'what may not be read is not gone',
  );
  t.equal(told({ source: 'file' }, before), 'db: 1=web-1,2=web-2\ngone: ', 'a file has none');
});

const tells = (name: string, address: string) =>
  JSON.stringify({ name, address, hostname: 'h', roles: ['master'], machineId: null, version: '1' });

t.test('members count where they were read', async (t) => {
  const shared = ['members/'] as const;
  const values = {
    [KEY]: '1=web-1,2=web-2',
    'members/web-1': tells('web-1', 'a'),
    'members/web-2': tells('web-2', 'b'),
    'members/web-9': tells('web-9', 'c'),
  };
  t.equal(take({ values: { [KEY]: values[KEY] } }).accepted.members, null, 'not read is not none');
  t.strictSame(take({ shared }).accepted.members, {});
  const { accepted } = take({ values, shared });
  t.strictSame(accepted.members?.['web-2'], {
    name: 'web-2',
    address: 'b',
    hostname: 'h',
    roles: ['master'],
  });
  const unread = take({ values: { [KEY]: values[KEY] } }, accepted).accepted;
  t.strictSame(unread.members, accepted.members, 'no longer read, or refused: the last known stay');
  const { 'members/web-2': _, 'members/web-9': __, ...fewer } = values;
  const forgotten = take({ values: fewer, shared }, accepted).accepted;
  t.strictSame(
    Object.keys(forgotten.members ?? {}).sort(),
    ['web-1', 'web-2'],
    'a forgotten one keeps its address while an ensemble names it',
  );
  const broken = take({ values: { ...values, 'members/web-2': '{' }, shared }, accepted);
  t.strictSame(broken.accepted.members, accepted.members);
  t.match(broken.problems, [{ place: '/katod/members/web-2', message: /not what an agent tells/ }]);
});

t.test('on disk', async (t) => {
  const { accepted } = take({
    values: { [KEY]: '1=web-1', 'members/web-1': tells('web-1', 'a') },
    shared: ['members/'],
  });
  t.strictSame(parseAccepted(JSON.parse(JSON.stringify(accepted))), accepted);
  const { ensembles: _, members: __, ...older } = NOTHING_ACCEPTED;
  t.strictSame(parseAccepted(older), NOTHING_ACCEPTED, 'a state of before there were ensembles');
  t.equal(parseAccepted({ ...accepted, ensembles: { db: [] } }), null);
});
