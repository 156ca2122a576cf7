/** First ensembles are written once, by whoever is first; what fails is told and tried again when it is still due. */
import { pino } from 'pino';
import t from 'tap';
import { Founder } from '../../src/cluster/founder.js';
import { formEnsemble } from '../../src/desired/ensemble.js';
import { StoreError, type Written } from '../../src/store/store.js';
import { until } from '../sandbox/until.js';

function open(answer: (key: string, value: string) => Promise<Written>) {
  const written: string[] = [];
  const founder = new Founder({
    store: {
      create: (key, value) => {
        written.push(`${key} ${value}`);
        return answer(key, value);
      },
    },
    log: pino({ level: 'silent' }),
  });
  return { founder, written };
}

const done = async (key: string, value: string): Promise<Written> => ({
  done: true,
  now: { key, value: new TextEncoder().encode(value), revision: '1' },
});
const three = formEnsemble(['web-1', 'web-2', 'web-3']);

t.test('what is due is created, each by itself', async (t) => {
  const { founder, written } = open(done);
  founder.found(
    new Map([
      ['db', three],
      ['queue', formEnsemble(['web-1'])],
    ]),
  );
  await founder.close();
  t.same(
    written,
    ['cluster/ensembles/db 1=web-1,2=web-2,3=web-3'],
    'closed, it ends after the write under way',
  );
  founder.found(new Map([['late', three]]));
  t.equal(written.length, 1);
});

t.test('a failure is told until it is done, or due no more', async (t) => {
  let refused = true;
  const { founder, written } = open((key, value) =>
    refused ? Promise.reject(new StoreError('no right')) : done(key, value),
  );
  t.teardown(() => founder.close());
  founder.found(
    new Map([
      ['db', three],
      ['queue', three],
    ]),
  );
  await until('both tried', async () => founder.problems().length === 2, { within: 30_000 });
  t.match(founder.problems(), [{ place: 'cluster/ensembles/db', message: 'no right' }, {}]);
  refused = false;
  founder.found(new Map([['db', three]]));
  await until('mended', async () => founder.problems().length === 0, { within: 30_000 });
  t.equal(written.filter((line) => line.includes('queue')).length, 1, 'what is not due is not tried again');
});
