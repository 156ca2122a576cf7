/** A catalog out of texts, for tests. */
import { buildCatalog, type Catalog, type CatalogFile } from '../../src/catalog/catalog.js';

export interface Texts {
  /** Texts by name, without `.yaml`. */
  readonly components?: Readonly<Record<string, string>>;
  readonly stacks?: Readonly<Record<string, string>>;
  /** Texts by file name. */
  readonly templates?: Readonly<Record<string, string>>;
}

export function catalogOf({ components = {}, stacks = {}, templates = {} }: Texts): Catalog {
  const files = (texts: Readonly<Record<string, string>>, ending: string): CatalogFile[] =>
    Object.entries(texts).map(([name, text]) => ({
      name: `${name}${ending}`,
      path: `${name}${ending}`,
      content: { text },
    }));
  return buildCatalog({
    components: files(components, '.yaml'),
    stacks: files(stacks, '.yaml'),
    templates: files(templates, ''),
    problems: [],
  });
}

/** A definition named web, with these lines beside name, description and image. */
export function web(lines: string): string {
  return `name: web\ndescription: a web server\nimage: example/web:1\n${lines}`;
}

export function problemLines(
  problems: readonly { readonly place: string; readonly message: string }[],
): string {
  return problems.map(({ place, message }) => `${place} ${message}`).join('\n');
}
