/** Settings from flags, environment, file and defaults, in this order; all problems at once, each with its place. */
import type { Problem } from '../desired/desired.js';
import type { Policy } from '../desired/policy.js';
import { disagreements } from './agree.js';
import { type Gathered, gather, type Sources } from './given.js';
import { thisHost } from './host.js';
import type { HostDefaults, Parsed, Row } from './row.js';
import type { EtcdSettings, Settings } from './settings.js';
import { type SettingName, settingNames, table, type Values } from './table.js';

export type Loaded<Result> =
  | { readonly ok: true; readonly settings: Result }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** All settings, as the agent needs them. Never rejects: whatever is wrong is a problem with its place. */
export async function loadSettings(
  sources: Sources,
  host: HostDefaults = thisHost,
): Promise<Loaded<Settings>> {
  const loaded = await evaluate(await gather(sources), settingNames, host);
  if (!loaded.ok) return loaded;
  return { ok: true, settings: assemble(loaded.settings) };
}

/** Some of the settings, for a command that needs no others; names that are not known are problems all the same. */
export async function loadSome<Name extends SettingName>(
  sources: Sources,
  names: readonly Name[],
  host: HostDefaults = thisHost,
): Promise<Loaded<Pick<Values, Name>>> {
  return evaluate(await gather(sources), names, host);
}

async function evaluate<Name extends SettingName>(
  gathered: Gathered,
  names: readonly Name[],
  host: HostDefaults,
): Promise<Loaded<Pick<Values, Name>>> {
  const problems: Problem[] = [...gathered.problems];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of names) {
    const row: Row<unknown> = table[name];
    const given = gathered.given.get(name);
    const parsed = given === undefined ? await byDefault(row, host) : byText(row, given.text);
    if (parsed.ok) values[name] = parsed.value;
    else problems.push({ place: given?.place ?? `default of \`${row.key}\``, message: parsed.why });
  }
  problems.push(...disagreements(values as Partial<Values>, (name) => gathered.given.get(name)?.place));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, settings: values as Pick<Values, Name> };
}

function byText(row: Row<unknown>, text: string): Parsed<unknown> {
  const trimmed = text.trim();
  if (trimmed !== '') return row.parse(trimmed);
  return { ok: false, why: 'is empty: give it a value, or leave it out for the default' };
}

async function byDefault(row: Row<unknown>, host: HostDefaults): Promise<Parsed<unknown>> {
  if (typeof row.fallback === 'string') return row.parse(row.fallback);
  const found = await row.fallback(host);
  return found.ok ? row.parse(found.value) : found;
}

function assemble(values: Values): Settings {
  return {
    node: values.node,
    address: values.address,
    ...storeSettings(values),
    docker: values.docker,
    listen: values.listen,
    hostNames: values.hostNames,
    stateDir: values.stateDir,
    catalog: values.catalog,
    stack: values.stack,
    resync: values.resync,
    containerPrefix: values.containerPrefix,
    logLevel: values.logLevel,
    policy: policyOf(values),
  };
}

/** What it takes to judge what the store asks for. */
const policyNames = [
  'policyImages',
  'policyPrivileged',
  'policyHostPid',
  'policyHostPaths',
  'policyDevices',
  'policyCapabilities',
  'policyOverride',
] as const;

function policyOf(values: Pick<Values, (typeof policyNames)[number]>): Policy {
  return {
    images: values.policyImages,
    privileged: values.policyPrivileged,
    hostPid: values.policyHostPid,
    hostPaths: values.policyHostPaths,
    devices: values.policyDevices,
    capabilities: values.policyCapabilities,
    override: values.policyOverride,
  };
}

/** What it takes to open the store. */
export const storeSettingNames = [
  'store',
  'etcdEndpoints',
  'etcdPrefix',
  'etcdCa',
  'etcdCert',
  'etcdKey',
  'etcdUsername',
  'etcdPasswordFile',
  'engineCall',
  'enginePing',
  'pullStall',
  'pulls',
  'pullMin',
  'pullMax',
  'pullRecheck',
  'pullSpread',
  'storeCall',
  'storeRelist',
] as const;

export function storeSettings(
  values: Pick<Values, (typeof storeSettingNames)[number]>,
): Pick<Settings, 'store' | 'limits'> {
  const { store, ...rest } = values;
  return {
    store: store.kind === 'etcd' ? { kind: 'etcd', ...etcdSettings(values) } : store,
    limits: {
      engineCall: rest.engineCall,
      enginePing: rest.enginePing,
      pullStall: rest.pullStall,
      pulls: rest.pulls,
      pullMin: rest.pullMin,
      pullMax: rest.pullMax,
      pullRecheck: rest.pullRecheck,
      pullSpread: rest.pullSpread,
      storeCall: rest.storeCall,
      storeRelist: rest.storeRelist,
    },
  };
}

function etcdSettings(values: Pick<Values, (typeof storeSettingNames)[number]>): EtcdSettings {
  const { etcdCa, etcdCert, etcdKey, etcdUsername, etcdPasswordFile } = values;
  return {
    endpoints: values.etcdEndpoints,
    prefix: values.etcdPrefix,
    ...(etcdCa === null ? {} : { ca: etcdCa }),
    ...(etcdCert === null ? {} : { cert: etcdCert }),
    ...(etcdKey === null ? {} : { key: etcdKey }),
    ...(etcdUsername === null ? {} : { username: etcdUsername }),
    ...(etcdPasswordFile === null ? {} : { passwordFile: etcdPasswordFile }),
  };
}
