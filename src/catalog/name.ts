/** Names that people give: of nodes, roles, components, stacks (the contract's section 1) and of parameters. */

const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/;
const PARAMETER = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/;

export const NAME_RULE =
  'lower-case letters, digits, "." and "-", beginning and ending with a letter or digit, 63 at most';
export const PARAMETER_RULE =
  'letters, digits, ".", "_" and "-", beginning and ending with a letter or digit, 128 at most';

export function isName(text: string): boolean {
  return NAME.test(text);
}

export function isParameterName(text: string): boolean {
  return PARAMETER.test(text);
}

/** A parameter that is shown as `***` wherever anything is shown. */
export function isSecret(parameter: string): boolean {
  return parameter.startsWith('secret.');
}

/** A word of somebody's for a message: bounded, on one line, in quotes. */
export function quoted(word: string): string {
  return JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}…` : word);
}
