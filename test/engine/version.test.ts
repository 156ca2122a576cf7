import t from 'tap';
import { agreeOnApi, readVersion } from '../../src/engine/version.js';

const agreed = (oldestApi: string, newestApi: string) =>
  agreeOnApi({ version: '1', oldestApi, newestApi }, 'unix:///x');

function refusal(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}

t.test('the newest version that both sides know is spoken', async (t) => {
  t.equal(agreed('1.12', '1.41'), '1.41', 'Docker 20.10');
  t.equal(agreed('1.44', '1.52'), '1.51', 'Docker 29.0');
  t.equal(agreed('1.24', '1.51'), '1.51', 'Docker 28');
  t.equal(agreed('1.9', '1.30'), '1.30', '1.9 is older than 1.30');
});

t.test('no common version is refused with both ranges', async (t) => {
  const refused = { name: 'Fault', kind: 'refused', retry: 'never' };
  t.throws(() => agreed('1.60', '1.70'), {
    ...refused,
    message: /unix:\/\/\/x.*1\.60 to 1\.70.*1\.25 to 1\.51/,
  });
  t.throws(() => agreed('1.10', '1.24'), refused);
});

t.test("an answer of something else is told from an engine's", async (t) => {
  for (const answer of [null, 'hello', {}, { ApiVersion: 7 }, []]) {
    t.match(
      refusal(() => agreeOnApi(readVersion(answer), 'tcp://h:1')),
      {
        kind: 'refused',
        message: /no Docker Engine/,
      },
    );
  }
  t.match(
    refusal(() => agreed('1.12', 'one')),
    { kind: 'refused' },
  );
  t.match(
    refusal(() => agreed('x', '1.41')),
    { kind: 'refused' },
  );
  t.same(readVersion({ Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12' }), {
    version: '20.10.24',
    newestApi: '1.41',
    oldestApi: '1.12',
  });
});
