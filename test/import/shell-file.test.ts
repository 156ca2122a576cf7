import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { readShellFile } from '../../src/import/shell-file.js';

function valuesOf(text: string): Record<string, string> {
  const read = readShellFile(text);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return Object.fromEntries(read.assignments.map(({ name, value }) => [name, value]));
}

/** What the shell of this machine makes of it. */
async function inShell(text: string): Promise<string> {
  const run = promisify(execFile);
  const { stdout } = await run('sh', ['-c', `${text}\nprintf %s "$A"`], { env: {} });
  return stdout;
}

t.test('values are what a POSIX shell sets', async (t) => {
  const cases: readonly (readonly [text: string, value: string])[] = [
    ['A=plain', 'plain'],
    ['A=', ''],
    ['A="two words"', 'two words'],
    ["A='two words'", 'two words'],
    [`A=one" two "'three four'`, 'one two three four'],
    ['A=a\\ b', 'a b'],
    ['A=a\\\nb', 'ab'],
    ['A="a\\"b\\\\c\\d"', 'a"b\\c\\d'],
    ['A="a\\\nb"', 'ab'],
    ["A='$(date) `date` ; export B'", '$(date) `date` ; export B'],
    ['A="\\$(date) \\`date\\`"', '$(date) `date`'],
    ['A="a;b|c>d<e&f(g)"', 'a;b|c>d<e&f(g)'],
    ['A=5$', '5$'],
    ['A="5$"', '5$'],
    ['A=a#b # and no more', 'a#b'],
    ['A=*.conf', '*.conf'],
    ['A=b=c', 'b=c'],
    ['A=x~y', 'x~y'],
    ['  A=indented  ', 'indented'],
  ];
  for (const [text, value] of cases) {
    t.equal(valuesOf(text).A, value, text);
    t.equal(await inShell(text), value, `sh: ${text}`);
  }
  t.equal(valuesOf('\uFEFFA=windows\r\n').A, 'windows', 'as an editor on Windows saves it');
});

t.test('several on one line, comments, and the last of one name', async (t) => {
  t.same(valuesOf('# first\nA=1 B=2\n\n  # more\nA=3'), { A: '3', B: '2' });
  const read = readShellFile('A=1\n\nB="x\\\ny"\nC=3\n');
  t.same(read.ok && read.assignments.map(({ line, name }) => [line, name]), [
    [1, 'A'],
    [3, 'B'],
    [5, 'C'],
  ]);
});

t.test('what a shell would run or expand is refused, with its line', async (t) => {
  const cases: readonly (readonly [text: string, message: RegExp])[] = [
    ['A=$(touch /tmp/x)', /"\$\(" would run a command/],
    ['A="$(touch /tmp/x)"', /"\$\(" would run a command/],
    ['A=`touch /tmp/x`', /"`" would run a command/],
    ['A="`touch /tmp/x`"', /"`" would run a command/],
    ['A=1; touch /tmp/x', /";" begins another command/],
    ['A=1 && touch /tmp/x', /"&" begins another command/],
    ['A=1 | tee x', /"\|" begins another command/],
    ['A=1 > /tmp/x', /">" writes a file/],
    ['MASTERS=<MasterIP_1>,<MasterIP_2>', /"<" reads a file/],
    ['A=(1 2)', /"\(" begins a list/],
    ['f() { :; }', /"\(" begins a list/],
    ['export A=1', /"export" would be run/],
    ['source other', /"source" would be run/],
    ['. ./other', /"\." would be run/],
    ['A=1 touch /tmp/x', /"touch" would be run/],
    ['"A"=1', /would be run/],
    ['A+=1', /"A\+=1" would be run/],
    ['A=$B', /"\$B" would be replaced/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's, not a template's
    ['A="${B:=c}"', /"\$\{" would be replaced/],
    ["A=$'\\n'", /would be replaced/],
    ['A=~/x', /"~" would be replaced/],
    ["A='open", /is not closed/],
    ['A="open', /is not closed/],
    ["A='a\nb'", /a line break/],
  ];
  for (const [text, message] of cases) {
    const read = readShellFile(`FINE=1\n${text}\n`);
    t.notOk(read.ok, text);
    if (read.ok) continue;
    t.equal(read.faults[0]?.line, 2, text);
    t.match(read.faults[0]?.message, message, text);
  }
});

t.test('all lines that are refused are told at once', async (t) => {
  const read = readShellFile('export A=1\nB=2\nC=$(date); D=1\nE=`id`\n');
  t.same(read.ok ? [] : read.faults.map(({ line }) => line), [1, 3, 4]);
});
