/** What a node tells the cluster of itself: `members/NODE` and `status/NODE`, as text. Pure. */
import * as z from 'zod';
import type { Report } from '../report/report.js';

const memberSchema = z.object({
  name: z.string(),
  address: z.string(),
  hostname: z.string(),
  roles: z.array(z.string()),
  machineId: z.string().nullable(),
  version: z.string(),
});

/** `members/NODE`: stays until it is forgotten. */
export type Member = z.infer<typeof memberSchema>;

const statusSchema = z.object({
  at: z.string(),
  status: z.string(),
  hold: z.string().nullable(),
  paused: z.union([z.boolean(), z.literal('all')]),
  reasons: z.array(z.string()),
  components: z
    .array(z.object({ name: z.string(), state: z.string(), health: z.string(), current: z.boolean() }))
    .default([]),
});

/** `status/NODE`: there while the node's agent lives. */
export type NodeStatus = z.infer<typeof statusSchema>;

/** The contract's bound, in bytes. */
const STATUS_LIMIT = 4096;
/** Characters of a reason that are told to the cluster; the node itself tells the rest. */
const REASON_LIMIT = 200;
/** More never find room: one takes 50 bytes at least. */
const MOST_COMPONENTS = 100;

export function parseMember(text: string): Member | null {
  return parse(memberSchema, text);
}

export function parseStatus(text: string): NodeStatus | null {
  return parse(statusSchema, text);
}

/** The report without the long parts, 4 KB at most: reasons and then components are left out from the end. */
export function statusText(report: Report, at: string): string {
  const { status, node, address, stack, roles, hold, paused, version, startedAt } = report;
  const head = { at, status, node, address, stack, roles, hold: short(hold), paused, version, startedAt };
  const reasons = report.reasons.map((reason) => short(reason));
  const components = report.components.slice(0, MOST_COMPONENTS).map(({ name, state, health, current }) => ({
    name,
    state,
    health,
    current,
  }));
  const whole = JSON.stringify({ ...head, reasons, components });
  let size = Buffer.byteLength(whole);
  if (size <= STATUS_LIMIT) return whole;
  while (size > STATUS_LIMIT && reasons.length > 1) size -= withoutLast(reasons);
  while (size > STATUS_LIMIT && components.length > 0) size -= withoutLast(components);
  if (size > STATUS_LIMIT) return JSON.stringify({ at, status, hold: null, paused, reasons: [] });
  return JSON.stringify({ ...head, reasons, components });
}

/** Takes the last one off: how many bytes the list is then shorter as JSON. */
function withoutLast(list: unknown[]): number {
  const last = list.pop();
  const comma = list.length > 0 ? 1 : 0;
  return Buffer.byteLength(JSON.stringify(last)) + comma;
}

function short<Text extends string | null>(text: Text): Text | string {
  return text !== null && text.length > REASON_LIMIT ? `${text.slice(0, REASON_LIMIT)}…` : text;
}

function parse<Value>(schema: z.ZodType<Value>, text: string): Value | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
