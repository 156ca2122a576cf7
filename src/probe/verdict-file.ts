/** What the probes found, on disk, so that a restart of the agent makes nothing unready. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { Health } from './probe.js';
import type { ProbeRole, Remembered } from './verdict.js';

/** Of one run of one container. */
export interface RememberedVerdict extends Remembered {
  readonly containerId: string;
  readonly startedAt: string;
  /** ISO 8601 time of the last change of `health`. */
  readonly since: string;
}

export interface VerdictStore {
  /** What is remembered of this very run of this container, or null. */
  recall(component: string, containerId: string, startedAt: string): RememberedVerdict | null;
  /** Remembers exactly these, soon. */
  keep(verdicts: ReadonlyMap<string, RememberedVerdict>): void;
  /** Writes what is not yet written. */
  close(): Promise<void>;
}

const VERSION = 1;
/** A file of verdicts is a few kilobytes; anything like this is something else. */
const SIZE_LIMIT = 1024 * 1024;

/**
 * Opens `stateDir/verdicts.json`. A missing file is an empty one, an unreadable one is ignored with a log line, and a
 * failed write is logged once until one succeeds again. Never rejects.
 *
 * `delay`: milliseconds in which further changes are waited for before a write. Default 1 s.
 */
export async function openVerdictFile(
  stateDir: string,
  log: Pick<Logger, 'warn'>,
  delay = 1000,
): Promise<VerdictStore> {
  const path = join(stateDir, 'verdicts.json');
  let known: ReadonlyMap<string, RememberedVerdict> = await read(path, log);
  let changed = false;
  let complained = false;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  const write = async () => {
    if (!changed) return;
    changed = false;
    try {
      // No fsync: after a power cut the containers have started anew, and their verdicts with them.
      await mkdir(dirname(path), { recursive: true });
      const text = JSON.stringify({ version: VERSION, verdicts: Object.fromEntries(known) });
      await writeFile(`${path}.tmp`, text, { mode: 0o600 });
      await rename(`${path}.tmp`, path);
      complained = false;
    } catch (fault) {
      if (!complained) log.warn({ path, err: fault }, 'verdicts not written');
      complained = true;
    }
  };
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing = writing.then(write);
    return writing;
  };

  return {
    recall(component, containerId, startedAt) {
      const verdict = known.get(component);
      return verdict?.containerId === containerId && verdict.startedAt === startedAt ? verdict : null;
    },
    keep(verdicts) {
      known = new Map(verdicts);
      changed = true;
      timer ??= setTimeout(flush, delay);
    },
    close: flush,
  };
}

async function read(
  path: string,
  log: Pick<Logger, 'warn'>,
): Promise<ReadonlyMap<string, RememberedVerdict>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (fault) {
    const missing = fault instanceof Error && 'code' in fault && fault.code === 'ENOENT';
    if (!missing) log.warn({ path, err: fault }, 'verdicts not read');
    return new Map();
  }
  const verdicts = text.length > SIZE_LIMIT ? null : parse(text);
  if (verdicts === null) log.warn({ path }, 'verdicts ignored: the file is damaged');
  return verdicts ?? new Map();
}

function parse(text: string): ReadonlyMap<string, RememberedVerdict> | null {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(content) || content.version !== VERSION || !isRecord(content.verdicts)) return null;
  const verdicts = new Map<string, RememberedVerdict>();
  for (const [component, verdict] of Object.entries(content.verdicts)) {
    if (!isVerdict(verdict)) return null;
    verdicts.set(component, verdict);
  }
  return verdicts;
}

const HEALTHS: Readonly<Record<Health, true>> = { ready: true, alive: true, failing: true, unknown: true };
const ROLES: Readonly<Record<ProbeRole, true>> = { live: true, ready: true, lead: true };

function isVerdict(value: unknown): value is RememberedVerdict {
  if (!isRecord(value) || !isRecord(value.tracks)) return false;
  const { tracks } = value;
  return (
    [value.containerId, value.startedAt, value.since].every((text) => typeof text === 'string') &&
    typeof value.wasReady === 'boolean' &&
    typeof value.health === 'string' &&
    Object.hasOwn(HEALTHS, value.health) &&
    Object.keys(ROLES).every((role) => isTrack(tracks[role]))
  );
}

function isTrack(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const passed = value.passed === null || typeof value.passed === 'boolean';
  return passed && Number.isSafeInteger(value.failures) && typeof value.output === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
