/** How the settings of `policy` are read: comma lists, each with all that is wrong with it. */
import { isName } from '../catalog/name.js';
import type { Grant } from '../desired/policy.js';
import { parseReference } from '../engine/reference.js';
import { bad, good, type Parsed } from './row.js';
import { list } from './values.js';

/** Components, or `*` for all. */
export function components(text: string): Parsed<readonly string[]> {
  return each(text, (item) =>
    item === '*' || isName(item) ? good(item) : bad(`"${item}" is no component, nor *`),
  );
}

/** `*`, repositories without tag, or with `/*` at the end all that lie below. */
export function images(text: string): Parsed<readonly string[]> {
  return each(text, (item) => {
    const example = 'write *, a repository such as registry.example/web, or one with /* at its end';
    if (item === '*') return good(item);
    const parsed = parseReference(item.replace(/\/\*$/, '/x'));
    if (!parsed.ok) return bad(`"${item}" is no pattern of images: ${example}`);
    const { tag, digest } = parsed.reference;
    const isTagged = digest !== null || (tag !== 'latest' && tag !== null) || item.endsWith(':latest');
    return isTagged
      ? bad(`"${item}" has a tag or digest, and the policy is about repositories: ${example}`)
      : good(item);
  });
}

/** `/srv` for all components, `web:/srv` for one. */
export function paths(text: string): Parsed<readonly Grant[]> {
  return grants(text, (what) =>
    what === '/' || /^(\/(?!\.{1,2}(\/|$))[^/:]+)+$/.test(what)
      ? null
      : 'an absolute path, or COMPONENT:PATH',
  );
}

/** `NET_ADMIN` for all components, `web:NET_ADMIN` for one. */
export function capabilities(text: string): Parsed<readonly Grant[]> {
  return grants(text, (what) =>
    /^(?!CAP_)[A-Z][A-Z_]*$/.test(what) ? null : 'a capability such as NET_ADMIN, or COMPONENT:CAPABILITY',
  );
}

function grants(text: string, fault: (what: string) => string | null): Parsed<readonly Grant[]> {
  return each(text, (item) => {
    const [, component = null, what = item] = /^([^:/]+):(.*)$/.exec(item) ?? [];
    const expected =
      component !== null && !isName(component) ? 'COMPONENT:…, with the name of one' : fault(what);
    return expected === null ? good({ component, what }) : bad(`"${item}" is not ${expected}`);
  });
}

/** An empty list is none. */
function each<T>(text: string, read: (item: string) => Parsed<T>): Parsed<readonly T[]> {
  const parsed = text === '' ? [] : list(text).map(read);
  const faults = parsed.flatMap((one) => (one.ok ? [] : [one.why]));
  return faults.length > 0
    ? bad(faults.join('; '))
    : good(parsed.flatMap((one) => (one.ok ? [one.value] : [])));
}
