/** `katod role`: shows or sets the roles of a node in the store; what the stack does not have is not written. */
import { isName, NAME_RULE } from '../catalog/name.js';
import { combinationFault, elsewhere } from '../catalog/role-faults.js';
import { findRole, type Stack } from '../catalog/stack.js';
import { loadSome, storeSettingNames, storeSettings } from '../settings/load.js';
import { suggestion } from '../settings/nearest.js';
import { openStore } from '../store/open.js';
import type { Snapshot, Store } from '../store/store.js';
import { clusterCatalog } from './cluster-catalog.js';
import { exitCode, type Invocation } from './command.js';
import { misuse, withSettings } from './refuse.js';
import { stackName, stackNamed, textAt } from './stack.js';

export async function role({ sources, switches, words }: Invocation): Promise<number> {
  const [node = '', asked] = words;
  if (!isName(node)) return misuse(`"${node}" can't be a node's name: ${NAME_RULE}`, 'role');
  return withSettings(loadSome(sources, [...storeSettingNames, 'catalog', 'stack']), async (values) => {
    const store = await openStore({ settings: storeSettings(values), node });
    try {
      const key = `nodes/${node}/role`;
      const snapshot = await store.read();
      const before = textAt(snapshot, key);
      let after = before;
      if (asked !== undefined) {
        const name = stackName(snapshot, values.stack);
        const where = { ...values, ...storeSettings(values), node };
        const { catalog } = await clusterCatalog(snapshot, where);
        const wanted = splitRoles(asked, stackNamed(catalog, name, values.catalog), catalog.stacks.values());
        if (!wanted.ok) return misuse(wanted.why, 'role');
        after = wanted.value;
        if (switches.has('force') && after !== 'none')
          return misuse('--force goes with none alone: it is about what is to go', 'role');
        await setForce(switches.has('force'), { store, node, snapshot });
        if (after !== before) await store.put(key, after);
      }
      const json = { node, roles: after, before, changed: after !== before };
      process.stdout.write(
        `${switches.has('json') ? JSON.stringify(json) : inWords(node, before, after, asked)}\n`,
      );
      return exitCode.done;
    } finally {
      await store.close();
    }
  });
}

/** Before the role: what is to go goes at once then. Taken back with the next role that is set without it. */
async function setForce(
  force: boolean,
  { store, node, snapshot }: { readonly store: Store; readonly node: string; readonly snapshot: Snapshot },
): Promise<void> {
  const key = `nodes/${node}/force`;
  const is = textAt(snapshot, key) === 'true';
  if (force && !is) await store.put(key, 'true');
  if (!force && is) await store.delete(key);
}

type Split = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly why: string };

/** The value to write: the roles as they are named, once each, or `none`. */
function splitRoles(text: string, stack: Stack, stacks: Iterable<Stack>): Split {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  if (names.length === 1 && names[0] === 'none') return { ok: true, value: 'none' };
  const unknown = names.find((name) => findRole(stack, name) === null);
  if (unknown === undefined) {
    const roles = names.flatMap((name) => findRole(stack, name) ?? []);
    const why = combinationFault(roles, stack);
    return why === null ? { ok: true, value: names.join(',') } : { ok: false, why };
  }
  if (unknown === 'none') return { ok: false, why: '"none" stands alone: no role can be added to it' };
  const words = [...stack.roles].flatMap(([name, { aliases }]) => [name, ...aliases]);
  const there = `its roles are ${words.join(', ')}, or none`;
  return {
    ok: false,
    why: `stack ${stack.name} has no role "${unknown}"; ${there}${suggestion(unknown, words)}${elsewhere(unknown, stacks)}`,
  };
}

function inWords(
  node: string,
  before: string | null,
  after: string | null,
  asked: string | undefined,
): string {
  const shown = (value: string | null) => value ?? 'no role set';
  if (asked === undefined) return `${node}: ${shown(after)}`;
  return before === after
    ? `${node}: ${shown(after)}, unchanged`
    : `${node}: ${shown(before)} → ${shown(after)}`;
}
