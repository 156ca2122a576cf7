import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { commands } from '../../src/commands/list.js';
import { katod } from './program.js';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
};

t.test('--version prints the version of package.json', async (t) => {
  t.strictSame(await katod(['--version']), { code: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

t.test('--help and help name every command', async (t) => {
  for (const words of [['--help'], ['help']]) {
    const { code, stdout, stderr } = await katod(words);
    t.equal(code, 0);
    t.equal(stderr, '');
    for (const { name } of commands) t.match(stdout, `katod ${name}`);
  }
});

t.test('help of each command has its flags and an example', async (t) => {
  const explained = commands.filter(({ name }) => name !== 'help');
  await Promise.all(
    explained.map(async ({ name, switches }) => {
      const { code, stdout } = await katod(['help', name]);
      t.equal(code, 0, name);
      t.match(stdout, new RegExp(`Examples:\\n  katod ${name}`), name);
      for (const own of switches) t.match(stdout, `--${own.name}`, `${name} --${own.name}`);
      t.equal((await katod([name, '--help'])).stdout, stdout, `${name} --help says the same`);
    }),
  );
});

t.test('bad usage ends with 2, nothing on standard output, and what may have been meant', async (t) => {
  const cases: readonly [words: readonly string[], said: RegExp][] = [
    [[], /katod COMMAND/],
    [['statsu'], /there is no command "statsu"; did you mean status\?\nSee: katod help\n/],
    [['help', 'rol'], /there is no command "rol"; did you mean role\?/],
    [['status', '--wtach'], /status has no flag --wtach; did you mean --watch\?\nSee: katod help status\n/],
    [['agent', '--resnyc', '3s'], /agent has no flag --resnyc; did you mean --resync\?/],
    [['status', 'web-1'], /status takes no further word "web-1"/],
    [['role'], /See: katod help role/],
    [['status', '--listen'], /listen/],
    [['status', '--no-watch'], /status has no flag --no-watch/],
    [['status', '-x'], /status has no flag -x/],
  ];
  for (const [words, said] of cases) {
    const { code, stdout, stderr } = await katod(words);
    t.equal(code, 2, words.join(' '));
    t.equal(stdout, '', words.join(' '));
    t.match(stderr, said, words.join(' '));
  }
});

t.test('wrong settings are all named on standard error, with exit code 2', async (t) => {
  const environment = { KATOD_NODE: 'Web_1', KATOD_DOKCER: 'x' };
  const { code, stdout, stderr } = await katod(['agent', '--resync', 'soon', '--stack', '-'], environment);
  t.equal(code, 2);
  t.equal(stdout, '');
  t.match(stderr, /^KATOD_NODE: "Web_1" is no valid name/m);
  t.match(stderr, /^KATOD_DOKCER: .*did you mean KATOD_DOCKER\?$/m);
  t.match(stderr, /^--resync: "soon" is no duration/m);
});

t.test('the built program reads the settings file, and names the line that is wrong', async (t) => {
  const file = join(t.testdir({ 'katod.yaml': 'node: web-1\nlimits:\n  pulls: many\n' }), 'katod.yaml');
  const { code, stderr } = await katod(['agent'], { KATOD_CONFIG: file });
  t.equal(code, 2);
  t.equal(stderr, `katod: wrong settings:\n${file}:3: "many" is no number from 1 to 100\n`);
});
