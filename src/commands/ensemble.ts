/** `katod ensemble`: shows the members of an ensemble with how they are, and adds or removes one. */
import type { Catalog } from '../catalog/catalog.js';
import { isName, NAME_RULE } from '../catalog/name.js';
import { isMapping } from '../catalog/yaml.js';
import { parseRoll, rollsFolder } from '../cluster/coordination-text.js';
import { type Member, parseMember, parseStatus } from '../cluster/member.js';
import { carries, judge, type Sight } from '../cluster/membership.js';
import { type Ensemble, ensembleText, parseEnsemble, quorumOf } from '../desired/ensemble.js';
import { ENSEMBLES } from '../desired/members.js';
import { loadSome, storeSettingNames, storeSettings } from '../settings/load.js';
import { openStore } from '../store/open.js';
import type { Entry, Store } from '../store/store.js';
import { clusterCatalog } from './cluster-catalog.js';
import { alignColumns, paintFor } from './columns.js';
import { exitCode, type Invocation } from './command.js';
import { fail, misuse, withSettings } from './refuse.js';

export async function ensemble({ sources, switches, words }: Invocation): Promise<number> {
  const [component = '', kind, node] = words;
  if (kind !== undefined && kind !== 'add' && kind !== 'remove')
    return misuse(`"${kind}" is neither add nor remove`, 'ensemble');
  if (kind !== undefined && node === undefined) return misuse(`${kind} which node?`, 'ensemble');
  for (const name of [component, ...(node === undefined ? [] : [node])])
    if (!isName(name)) return misuse(`"${name}" can't be a name: ${NAME_RULE}`, 'ensemble');
  const needed = [...storeSettingNames, 'node', 'catalog', 'stack'] as const;
  return withSettings(loadSome(sources, needed), async (values) => {
    const store = await openStore({ settings: storeSettings(values), node: values.node });
    try {
      const told = await readEnsemble(store, component);
      if (typeof told === 'string') return fail(told);
      const print = (json: unknown, text: string) =>
        void process.stdout.write(`${switches.has('json') ? JSON.stringify(json, null, 2) : text}\n`);
      if (kind === undefined || node === undefined) {
        const rows = membersOf(told);
        print({ component, quorum: quorumOf(rows.length), members: rows }, table(rows));
        return exitCode.done;
      }
      const force = switches.has('force');
      const { catalog } = await clusterCatalog(await store.read(), { ...values, ...storeSettings(values) });
      const { ensemble, sightOf } = told;
      const joinsLast = doesJoinLast(component, catalog);
      const judged = judge({ component, kind, node, ensemble, sightOf, joinsLast, force });
      if (!judged.ok) return fail(judged.why);
      const [before, after] = [told.ensemble, judged.after].map(ensembleText);
      const { done, now } = await store.putIf(told.entry.key, after ?? '', told.entry.revision);
      if (!done)
        return fail(
          `somebody else has changed ensemble ${component} meanwhile, to ${now === null ? 'nothing' : decode(now)}: look again`,
        );
      const text = [`${component}: ${before} → ${after}`, ...judged.notes].join('\n');
      print({ component, before, after, notes: judged.notes }, text);
      return exitCode.done;
    } finally {
      await store.close();
    }
  });
}

interface Told {
  readonly entry: Entry;
  readonly ensemble: Ensemble;
  readonly sightOf: (node: string) => Sight;
  readonly memberOf: (node: string) => Member | null;
}

/** A text: why there is nothing to show or to change. */
async function readEnsemble(store: Store, component: string): Promise<Told | string> {
  if (store.kind === 'file') return 'with a file as store the node is the only member of every ensemble';
  const [ensembles, members, statuses, rolls] = await Promise.all(
    [ENSEMBLES, 'members/', 'status/', rollsFolder(component)].map((folder) => store.list(folder)),
  );
  const proven = (rolls ?? [])
    .map((each) => parseRoll(each.key, decode(each)))
    .flatMap((roll) => (roll?.state === 'ready' ? [roll.node] : []));
  const entry = ensembles?.find(({ key }) => key === ENSEMBLES + component);
  if (entry === undefined) {
    const formed = (ensembles ?? []).map(({ key }) => key.slice(ENSEMBLES.length)).join(', ') || 'none';
    return `there is no ensemble ${component} yet (there are: ${formed}): it is formed by the agents when all nodes that expect.ROLE names are known`;
  }
  const read = parseEnsemble(decode(entry));
  if (!read.ok) return `the value of ${entry.key} is no ensemble: ${read.why}`;
  const byNode = (entries: readonly Entry[] | undefined, folder: string) =>
    new Map(entries?.map((each) => [each.key.slice(folder.length), each]));
  const [known, telling] = [byNode(members, 'members/'), byNode(statuses, 'status/')];
  return {
    entry,
    ensemble: read.ensemble,
    memberOf(node) {
      const member = known.get(node);
      return member === undefined ? null : parseMember(decode(member));
    },
    sightOf(node) {
      const told = telling.get(node);
      const status = told === undefined ? null : parseStatus(decode(told));
      const since = told !== undefined && BigInt(told.revision) > BigInt(entry.revision);
      const found = status?.components.find(({ name }) => name === component) ?? null;
      const fresh = status !== null && since ? { component: found } : null;
      const [alive, isProven] = [told !== undefined, proven.includes(node)];
      return { node, known: known.has(node), alive, proven: isProven, told: fresh };
    },
  };
}

/** As its definition says in plain words. */
function doesJoinLast(component: string, { components }: Catalog): boolean {
  const disruption = components.get(component)?.document.disruption;
  return isMapping(disruption) && disruption.joins === 'last';
}

interface MemberRow {
  readonly number: number;
  readonly node: string;
  readonly address: string | null;
  /** `away`: its agent does not live. `unknown`: it has not told since the ensemble was last changed. */
  readonly state: string;
  readonly health: string | null;
  /** Running, ready, and as wanted. */
  readonly ready: boolean;
}

function membersOf({ ensemble, sightOf, memberOf }: Told): readonly MemberRow[] {
  return ensemble.map(({ number, node }) => {
    const sight = sightOf(node);
    const component = sight.told?.component ?? null;
    const state = component?.state ?? (sight.alive ? 'unknown' : 'away');
    const address = memberOf(node)?.address ?? null;
    return { number, node, address, state, health: component?.health ?? null, ready: carries(sight) };
  });
}

function table(rows: readonly MemberRow[]): string {
  const titles = ['NUMBER', 'NODE', 'ADDRESS', 'STATE', 'HEALTH', 'READY'];
  const lines = rows.map(({ number, node, address, state, health, ready }) => [
    String(number),
    node,
    address ?? '?',
    state,
    health ?? '?',
    ready ? 'yes' : 'no',
  ]);
  const cells = [titles, ...lines].map((line) => line.map((text) => ({ text })));
  const ready = rows.filter((row) => row.ready).length;
  const sum = `${ready} of ${rows.length} members are ready, ${quorumOf(rows.length)} are a quorum`;
  return [...alignColumns(cells, paintFor(process.stdout)), sum].join('\n');
}

function decode({ value }: Entry): string {
  return new TextDecoder().decode(value).trim();
}
