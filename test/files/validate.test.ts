/** Checks in short-lived containers, on the fake engine: what they are made of, what they say, and what is left. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { ContainerShape } from '../../src/desired/desired.js';
import { Fault } from '../../src/engine/engine.js';
import { openFileRoom } from '../../src/files/files.js';
import { refusalWords } from '../../src/files/refusal-words.js';
import { checkShape, validate } from '../../src/files/validate.js';
import { FakeDaemon } from '../engine/fake/daemon.js';
import { openFakeEngine } from '../engine/fake/engine.js';
import { fails } from '../engine/fake/mishaps.js';
import { type End, runPrograms } from '../engine/fake/programs.js';
import { Wire } from '../engine/fake/wire.js';
import { shapeOf } from '../engine/shape.js';
import { VirtualTime } from '../loop/virtual-time.js';
import { spec } from '../plan/world.js';

const target = '/etc/web/web.conf';
const web = spec('web', {
  shape: shapeOf('web:1', { network: 'front', liveFolders: ['/etc/web'] }),
  files: {
    live: [{ target, content: 'new', digest: 'x', onChange: 'none' }],
    validate: [
      ['first', '-c'],
      ['second', target],
    ],
    digest: 'd',
  },
});

/** Each command ends as it is said, or never; answers with the fault, or null, and the commands that were run. */
async function check(
  t: Test,
  ends: Readonly<Record<string, End | null>>,
  prepare: (wire: Wire) => void = () => {},
) {
  const time = new VirtualTime();
  const daemon = new FakeDaemon({ date: () => time.date(), images: ['web:1'] });
  const wire = new Wire(daemon, time);
  prepare(wire);
  const folder = t.testdir();
  const real = openFileRoom(folder);
  const files = {
    stage: (of: typeof web) => time.count(real.stage(of)),
    unstage: (of: typeof web) => time.count(real.unstage(of)),
  };
  const run: string[] = [];
  runPrograms(daemon, time, ({ entrypoint = [], command = [] }) => {
    const [program = ''] = entrypoint;
    run.push([program, ...command].join(' '));
    t.equal(readFileSync(join(folder, 'web', '.check', '0', 'web.conf'), 'utf8'), 'new');
    return ends[program] ?? null;
  });
  const engine = openFakeEngine({ daemon, wire, timers: time });
  const fault = await time.rule(async () => {
    let answer: unknown;
    const labels = { 'io.katod.purpose': 'check' };
    const checking = { engine, files, name: 'katod-web-check-d', labels, networkLabels: { a: 'b' } };
    validate(web, checking).then(
      () => {
        answer = null;
      },
      (error: unknown) => {
        answer = error;
      },
    );
    await time.until(() => answer !== undefined, 60_000);
    return answer;
  });
  if (fault !== null && !(fault instanceof Fault)) throw fault;
  t.same(daemon.networks.get('front'), { a: 'b' });
  return { fault, run, daemon, folder };
}

const good: End = { after: 50, code: 0 };

t.test('files that all commands accept are good, and nothing is left of the checks', async (t) => {
  const { fault, run, daemon, folder } = await check(t, { first: good, second: good });
  t.equal(fault, null);
  t.same(run, ['first -c', `second ${target}`]);
  t.same(daemon.containers(), []);
  t.notOk(existsSync(join(folder, 'web', '.check')));
});

t.test('files that one refuses are refused, in its own words, until they are others', async (t) => {
  const words = '[NOTICE] version\n\n[ALERT] line 7 is bad\n';
  const { fault, run, daemon } = await check(t, { first: { after: 50, code: 3, words }, second: good });
  t.match(fault, {
    kind: 'refused',
    retry: 'never',
    message: 'first ended with exit code 3: [NOTICE] version | [ALERT] line 7 is bad',
  });
  t.same(run, ['first -c']);
  t.same(daemon.containers(), []);
});

t.test('a command that does not end is no good either', async (t) => {
  const { fault, daemon } = await check(t, { first: good, second: null });
  t.match(fault, { retry: 'never', message: 'second has not ended in 30 s' });
  t.same(daemon.containers(), [], 'it is stopped and removed');
});

t.test('what the engine can not do says nothing about the files', async (t) => {
  const busy = new Fault('busy', 'later', 'busy');
  const { fault } = await check(t, { first: good, second: good }, ({ mishaps }) =>
    mishaps.add(fails(['create'], busy)),
  );
  t.match(fault, { kind: 'busy', retry: 'later' });
});

t.test('a check has no right, volume or port of the component', async (t) => {
  const shape: ContainerShape = shapeOf('web:1', {
    command: ['web'],
    entrypoint: ['/init'],
    user: 'web',
    env: { A: 'b' },
    network: 'host',
    publish: [{ port: 80, protocol: 'tcp', target: 80 }],
    volumes: { data: '/data' },
    mounts: [{ source: '/srv', target: '/srv', readOnly: false }],
    privileged: true,
    pid: 'host',
    capAdd: ['NET_ADMIN'],
    capDrop: ['ALL'],
    devices: [{ source: '/dev/a', target: '/dev/a', permissions: 'rwm' }],
    logging: { driver: 'syslog', options: {} },
  });
  t.strictSame(
    checkShape(shape, ['web', '-c', 'x']),
    shapeOf('web:1', {
      entrypoint: ['web'],
      command: ['-c', 'x'],
      user: 'web',
      env: { A: 'b' },
      network: 'host',
      mounts: [{ source: '/srv', target: '/srv', readOnly: true }],
      capDrop: ['ALL'],
    }),
  );
});

t.test('the words of a program are its last whole lines', async (t) => {
  const words = (output: string) => refusalWords(['web'], { exitCode: 1, output }, 30_000);
  t.equal(refusalWords(['web'], { exitCode: 0, output: 'x' }, 30_000), null);
  t.equal(words(''), 'web ended with exit code 1');
  t.equal(words('a\r\n\tb  c\u001b[0m\n'), 'web ended with exit code 1: a | b c [0m');
  t.equal(words(['1', '2', '3', '4', '5', '6', '7'].join('\n'))?.slice(-21), '2 | 3 | 4 | 5 | 6 | 7');
  t.equal(words(`${'x'.repeat(500)}\n${'y'.repeat(500)}`), `web ended with exit code 1: ${'y'.repeat(500)}`);
  t.equal(words('z'.repeat(700))?.length, 'web ended with exit code 1: '.length + 600);
  t.match(words(`cut off${'x'.repeat(1_000)}\nwhole`), /: whole$/);
});
