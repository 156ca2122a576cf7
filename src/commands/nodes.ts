/** `katod nodes`: every node that the store knows, and how it says it is. */
import { parseSlot } from '../cluster/coordination-text.js';
import { parseMember, parseStatus } from '../cluster/member.js';
import { type Slot, slotKey } from '../plan/disruption.js';
import { loadSome, storeSettingNames, storeSettings } from '../settings/load.js';
import { openStore } from '../store/open.js';
import { alignColumns, paintFor } from './columns.js';
import { exitCode, type Invocation } from './command.js';
import { withSettings } from './refuse.js';

interface NodeLine {
  readonly node: string;
  readonly address: string;
  readonly roles: string;
  /** `away`: there is no living agent. */
  readonly status: string;
  readonly version: string;
  /** Of the status, ISO 8601; empty while it is away. */
  readonly at: string;
  readonly reasons: readonly string[];
  /** Slots that it holds. */
  readonly slots: readonly Slot[];
}

export async function nodes({ sources, switches }: Invocation): Promise<number> {
  return withSettings(loadSome(sources, [...storeSettingNames, 'node']), async (values) => {
    const store = await openStore({ settings: storeSettings(values), node: values.node });
    try {
      const [members, statuses, held] = await Promise.all([
        store.list('members/'),
        store.list('status/'),
        store.list('slots/'),
      ]);
      const slots = held.flatMap(({ key, value }) => parseSlot(key, text(value)) ?? []);
      const told = new Map(
        statuses.map(({ key, value }) => [key.slice('status/'.length), parseStatus(text(value))]),
      );
      const lines = members.map(({ key, value }) =>
        nodeLine(key.slice('members/'.length), text(value), { told, slots }),
      );
      process.stdout.write(switches.has('json') ? `${JSON.stringify(lines, null, 2)}\n` : table(lines));
      return exitCode.done;
    } finally {
      await store.close();
    }
  });
}

function nodeLine(
  node: string,
  value: string,
  {
    told,
    slots,
  }: {
    readonly told: ReadonlyMap<string, ReturnType<typeof parseStatus>>;
    readonly slots: readonly Slot[];
  },
): NodeLine {
  const member = parseMember(value);
  const status = told.get(node);
  return {
    node,
    address: member?.address ?? '?',
    roles: member === null ? '?' : member.roles.join(',') || 'none',
    status: status?.hold ? 'hold' : (status?.status ?? (told.has(node) ? '?' : 'away')),
    version: member?.version ?? '?',
    at: status?.at ?? '',
    reasons: status?.reasons ?? [],
    slots: slots.filter((slot) => slot.node === node),
  };
}

function table(lines: readonly NodeLine[]): string {
  if (lines.length === 0) return 'the store knows no node\n';
  const titles = ['NODE', 'ADDRESS', 'ROLES', 'STATUS', 'VERSION', 'SINCE'];
  const rows = lines.map(({ node, address, roles, status, version, at }) => [
    node,
    address,
    roles,
    status,
    version,
    at,
  ]);
  const cells = [titles, ...rows].map((row) => row.map((text) => ({ text })));
  const [title = '', ...drawn] = alignColumns(cells, paintFor(process.stdout));
  const body = lines.flatMap(({ reasons, slots }, index) => [
    drawn[index] ?? '',
    ...slots.map(
      (slot) => `  holds slot ${slotKey(slot)} for ${slot.component} since ${slot.since}: ${slot.why}`,
    ),
    ...reasons.map((reason) => `  ${reason}`),
  ]);
  return `${[title, ...body].join('\n')}\n`;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
