/** How much there is in a YAML text, found without building anything of it: the parser's work grows with this. */
import { Lexer } from 'yaml';

/** What there is too much of, or null. Counted, not timed: the same text always gives the same answer. */
export function yamlExcess(
  text: string,
  { tokens: most, deepest }: { readonly tokens: number; readonly deepest: number },
): string | null {
  let tokens = 0;
  let open = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > most) return `more than ${most} words and signs of YAML`;
    if (token === '[' || token === '{') open += 1;
    else if (token === ']' || token === '}') open -= 1;
    if (open > deepest) return `nested more than ${deepest} deep`;
  }
  return null;
}
