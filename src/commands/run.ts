/** From the words of the command line to a command, and to its exit code. */
import yargs, { type Argv } from 'yargs';
import { version } from '../host/version.js';
import { suggestion } from '../settings/nearest.js';
import { variableOf } from '../settings/row.js';
import { table } from '../settings/table.js';
import { type Command, exitCode, type Invocation } from './command.js';
import { commands } from './list.js';
import { fail, misuse } from './refuse.js';

type Words = Readonly<Record<string, unknown>>;

/** @param words what follows the program's name. Returns the exit code, and never rejects. */
export async function run(words: readonly string[]): Promise<number> {
  const asked =
    words[0] === 'help' ? [...words.slice(1).filter((word) => word !== '--help'), '--help'] : words;
  let called: { command: Command; argv: Words } | null = null;
  const parser = build(asked.includes('--help'), (command, argv) => {
    called = { command, argv };
  });
  let refused: string | null = null;
  let printed = '';
  const argv: Words = await parser.parseAsync([...asked], {}, (error, _argv, output) => {
    if (error) refused = error.message;
    else printed = output;
  });

  const first = asked.find((word) => !word.startsWith('-'));
  if (printed !== '') {
    if (words[0] === 'help' && first !== undefined && !isCommand(first)) return unknownCommand(first);
    process.stdout.write(`${printed}\n`);
    return exitCode.done;
  }
  if (refused !== null) return misuse(refused, first !== undefined && isCommand(first) ? first : null);
  if (called === null) return noCommand(argv, parser);
  return call(called);
}

/** `explained`: a command's flags are to be in its help, which yargs makes whether anybody asks or not. */
function build(explained: boolean, found: (command: Command, argv: Words) => void): Argv {
  let parser = yargs()
    .scriptName('katod')
    .usage('$0 COMMAND [FLAGS]\n\nKeeps the containers of this host as its role in etcd says.')
    .locale('en')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .wrap(Math.min(100, process.stdout.columns || 80))
    .help('help', 'show this help')
    .version('version', 'show the version', version)
    .epilogue('katod help COMMAND explains a command.');
  for (const command of commands) {
    parser = parser.command(
      `${command.name} ${command.takes}`.trim(),
      command.summary,
      (own) => flagsOf(command, own, !explained),
      (argv) => found(command, argv),
    );
  }
  return parser;
}

function flagsOf(command: Command, parser: Argv, hidden: boolean): Argv {
  let own = parser.usage(`$0 ${command.name} ${command.takes}\n\n${command.summary}`).epilogue('');
  for (const { name, help } of command.switches)
    own = own.option(name, { type: 'boolean', hidden, describe: help });
  for (const { name, placeholder, help } of command.options ?? [])
    own = own.option(name, {
      type: 'string',
      requiresArg: true,
      hidden,
      describe: `${placeholder}: ${help}`,
    });
  for (const name of command.settings) {
    const { flag, help, fallback, placeholder } = table[name];
    if (flag === null) continue;
    const ending =
      typeof fallback !== 'string' || help.includes('default:') || fallback === ''
        ? ''
        : `; default: ${fallback}`;
    own = own.option(flag, {
      type: 'string',
      hidden,
      requiresArg: true,
      group: 'Settings:',
      describe: `${placeholder}: ${help}${ending} [${variableOf(flag)}]`,
    });
  }
  if (command.settings.length > 0) {
    own = own.option('config', {
      type: 'string',
      hidden,
      requiresArg: true,
      group: 'Settings:',
      describe: 'FILE: settings file; default: /etc/katod/katod.yaml, where it exists [KATOD_CONFIG]',
    });
  }
  for (const [line, explanation] of command.examples) own = own.example(line, explanation);
  return own;
}

async function call({ command, argv }: { command: Command; argv: Words }): Promise<number> {
  const positionals = [...command.takes.matchAll(/[a-z]+/g)].map(([name]) => name);
  const options = (command.options ?? []).map(({ name }) => name);
  const flags = [
    ...command.switches.map(({ name }) => name),
    ...options,
    ...command.settings.flatMap((name) => table[name].flag ?? []),
    ...(command.settings.length > 0 ? ['config'] : []),
  ];
  const unknown = Object.keys(argv).find(
    (key) => !['_', '$0', 'help', 'version', ...positionals, ...flags].includes(key),
  );
  if (unknown !== undefined) {
    const dashed = unknown.length === 1 ? `-${unknown}` : `--${unknown}`;
    const meant = suggestion(
      dashed,
      flags.map((flag) => `--${flag}`),
    );
    return misuse(`${command.name} has no flag ${dashed}${meant}`, command.name);
  }
  const [, extra] = argv._ as readonly unknown[];
  if (extra !== undefined)
    return misuse(`${command.name} takes no further word "${String(extra)}"`, command.name);

  const invocation: Invocation = {
    sources: { flags: argv, environment: process.env },
    words: positionals.flatMap((name) => (argv[name] ?? []) as string | string[]),
    options: new Map(
      options.flatMap((name) => (argv[name] === undefined ? [] : [[name, String(argv[name])]])),
    ),
    switches: new Set(command.switches.map(({ name }) => name).filter((name) => argv[name] === true)),
  };
  try {
    return await command.run(invocation);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

async function noCommand(argv: Words, parser: Argv): Promise<number> {
  const [word] = argv._ as readonly unknown[];
  if (word !== undefined) return unknownCommand(String(word));
  process.stderr.write(`${await parser.getHelp()}\n`);
  return exitCode.usage;
}

function isCommand(word: string): boolean {
  return commands.some(({ name }) => name === word);
}

function unknownCommand(word: string): number {
  return misuse(
    `there is no command "${word}"${suggestion(
      word,
      commands.map(({ name }) => name),
    )}`,
    null,
  );
}
