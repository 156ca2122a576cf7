/** This host is one agent's: the state folder claimed, and the node's name held against what is remembered there. */
import { mkdir } from 'node:fs/promises';
import type { Logger } from 'pino';
import { rememberIdentity } from '../host/identity.js';
import { claimLock, type Lock } from '../host/lock.js';
import type { Settings } from '../settings/settings.js';
import { fail, misuse } from './refuse.js';

/** Null: it is this process's now. Else the exit code, with a sentence said; `taken` ends the one about another agent. */
export async function claimHost(
  { stateDir, node, address }: Settings,
  { log, taken }: { readonly log: Logger; readonly taken: string },
): Promise<number | null> {
  const lock = await claimState(stateDir, log);
  if (lock === null)
    return fail(`another agent runs on this host with the state folder ${stateDir}: ${taken}`);
  const remembered = await rememberIdentity(stateDir, { node, address });
  if (!remembered.ok) return misuse(remembered.why, null);
  for (const notice of remembered.notices) log.warn({ problem: notice }, 'identity');
  return null;
}

/** A state folder that can't be made is told, and the agent runs on without a lock: it heals what it can. */
async function claimState(stateDir: string, log: Logger): Promise<Lock | 'none' | null> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    return await claimLock(stateDir);
  } catch (error) {
    log.error({ stateDir, err: error }, 'state folder not usable');
    return 'none';
  }
}
