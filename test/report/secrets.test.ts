import { Writable } from 'node:stream';
import t from 'tap';
import { openLog } from '../../src/commands/log.js';
import { atOnce } from '../../src/desired/steps.js';
import { buildReport, buildReportInSteps } from '../../src/report/build.js';
import { masked, maskedInSteps } from '../../src/report/masked.js';
import { Secrets } from '../../src/report/secrets.js';
import { container, spec, wanted } from '../plan/world.js';
import { reportInput } from './input.js';

function knowing(...values: readonly string[]): Secrets {
  const secrets = new Secrets();
  learn(secrets, ...values);
  return secrets;
}

function learn(secrets: Secrets, ...values: readonly string[]): void {
  const desired = wanted();
  if (desired.known) secrets.know({ ...desired, secrets: values });
}

t.test('a secret is hidden wherever it stands, in each of its writings', async (t) => {
  const secret = 'pa ss"w/ö\\rd';
  const { mask } = knowing(secret, 'tok-1234567');
  t.equal(mask(`a ${secret} b${secret}c`), 'a *** b***c');
  t.equal(mask('GET /x/tok-1234567/y?t=tok-1234567'), 'GET /x/***/y?t=***');
  for (const echo of [
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    encodeURI(secret),
    Buffer.from(secret).toString('base64'),
  ]) {
    t.notMatch(mask(`exec: "${echo}": not found`), echo);
    t.match(mask(`exec: "${echo}": not found`), '***');
  }
  t.equal(knowing('two  spaces').mask('it says two spaces'), 'it says ***', 'as a line of output has it');
  t.equal(mask('nothing of it here'), 'nothing of it here');
  t.equal(new Secrets().mask('anything'), 'anything');
});

t.test('also the beginning that a shortened text has left of it', async (t) => {
  const { mask } = knowing('0123456789abcdef');
  t.equal(mask('the token is 0123456…'), 'the token is ***…');
  t.equal(mask('found "0123456789abc…", expected x'), 'found "***…", expected x');
  t.equal(mask('the number is 0123456'), 'the number is 0123456', 'which is not shortened');
  t.equal(mask('it took 012…'), 'it took 012…', 'three letters may be anything');
});

t.test('a short one only as a word of its own, and one of two letters not at all', async (t) => {
  const { mask } = knowing('cat', 'no');
  t.equal(mask('category cat, concat: no'), 'category ***, concat: no');
});

t.test('the longest goes first, and one may follow the other', async (t) => {
  const { mask } = knowing('secret', 'secretary', 'arrest');
  t.equal(mask('secretary secret secretarrest'), '*** *** ******');
  t.equal(mask('secretarrest'), '******');
});

t.test('one that is no longer in force is still hidden, and the number of those is bounded', async (t) => {
  const secrets = knowing('first-secret');
  learn(secrets, 'second-secret');
  t.equal(secrets.mask('first-secret second-secret'), '*** ***');
  for (let round = 0; round < 3; round += 1) {
    learn(secrets, ...Array.from({ length: 700 }, (_, at) => `round-${round}-number-${at}`));
  }
  t.equal(secrets.mask('first-secret round-2-number-699 round-1-number-699'), 'first-secret *** ***');
});

t.test('many secrets and a long text take no long time', async (t) => {
  const { mask } = knowing(
    ...Array.from({ length: 2_000 }, (_, at) => `aaaa-secret-${at}-${'x'.repeat(2_000)}`),
  );
  const text = 'aaaa-secret-'.repeat(1_000);
  const began = process.cpuUsage();
  t.equal(mask(text), text);
  const { user } = process.cpuUsage(began);
  t.ok(user < 5_000_000, `${user} µs`);
});

t.test('names and words of our own are left, all other texts are masked at any depth', async (t) => {
  const { mask } = knowing('ready-or-not', 'web');
  const report = {
    health: 'ready-or-not',
    components: [{ name: 'web', output: 'ready-or-not web', later: { field: ['ready-or-not', 7, null] } }],
  };
  t.same(masked(report, mask), {
    health: 'ready-or-not',
    components: [{ name: 'web', output: '*** ***', later: { field: ['***', 7, null] } }],
  });
  const circle: Record<string, unknown> = { text: 'web' };
  circle.itself = circle;
  t.match(masked(circle, mask), { text: '***', itself: { text: '***' } });
  const hostile = JSON.parse('{ "__proto__": { "text": "web" }, "list": ["web"] }');
  t.equal(JSON.stringify(masked(hostile, mask)), '{"__proto__":{"text":"***"},"list":["***"]}');
  const harmless = { list: [{ text: 'nothing to hide' }] };
  t.equal(masked(harmless, mask), harmless, 'what has nothing to mask is not copied');
});

t.test('a report masked in steps is the report masked at once', async (t) => {
  const { mask } = knowing('hush');
  const input = reportInput(
    { desired: wanted(spec('web', { image: 'hush:1' }), spec('db')), own: [container('web', 'a')] },
    { problems: [{ place: 'x', message: 'is hush' }] },
  );
  const told = atOnce(maskedInSteps(buildReportInSteps(input, null), mask));
  t.strictSame(told, masked(buildReport(input, null), mask));
  t.match(JSON.stringify(told), /is \*\*\*.*\*\*\*:1/);
});

t.test('no line of the log has one, not even in an error with all it carries', async (t) => {
  let written = '';
  const to = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const log = openLog('info', knowing('hunter2-hunter2').mask, to);
  const err = Object.assign(new Error('command hunter2-hunter2 failed'), {
    json: { message: 'exec: hunter2-hunter2' },
  });
  log.warn({ component: 'web', err, problem: 'it said hunter2-hunter2' }, 'action failed');
  t.notMatch(written, 'hunter2');
  t.match(JSON.parse(written), {
    level: 40,
    component: 'web',
    err: { type: 'Error', message: 'command *** failed', stack: /secrets\.test/ },
    problem: 'it said ***',
    msg: 'action failed',
  });
});
