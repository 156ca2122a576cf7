/** Which program is played, and what its command line and environment tell it. */

const [first, ...others] = process.argv.slice(2);
const asked = process.env.STAND_IN;

/** The first word of the command (`mesos-master --port=5050`), or the variable STAND_IN. */
export const name = asked ?? first?.split('/').pop() ?? '';
export const words = asked === undefined || asked === first ? others : process.argv.slice(2);

/** `--flag=value` and `--flag value`, with one dash or two; then the program's own variable, then the default. */
export function setting(flag, { variable = '', otherwise } = {}) {
  return settings(flag)[0] ?? process.env[variable] ?? otherwise;
}

/** All values of a flag that may be given several times. */
export function settings(flag) {
  return words.flatMap((word, at) => {
    const [, given, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    return given === flag ? [value ?? words[at + 1]] : [];
  });
}

/** Whether a flag without a value is given. */
export function isSet(flag) {
  return words.some((word) => word === `-${flag}` || word === `--${flag}`);
}

export function say(text) {
  console.log(`stand-in for ${name}: ${text}`);
}

/** Ends it as the program does that can't do what it is told. */
export function fail(text, code = 1) {
  say(text);
  process.exit(code);
}
