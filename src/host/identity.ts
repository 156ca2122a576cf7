/** Who this agent is, remembered in the state folder: a host that comes up under another name must not act as it. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../store/durable-file.js';

/** What is remembered of this host. */
export interface Identity {
  readonly node: string;
  readonly address: string;
}

export type Remembered =
  /** `notices`: sentences to be told; the agent runs all the same. */
  | { readonly ok: true; readonly notices: readonly string[] }
  /** Another node's state: nothing may be done with it. */
  | { readonly ok: false; readonly why: string };

/** Compares with what is remembered in `stateDir/identity.json`, and remembers the present. Never rejects. */
export async function rememberIdentity(stateDir: string, present: Identity): Promise<Remembered> {
  const path = join(stateDir, 'identity.json');
  const { past, notices } = await read(path);
  if (past !== null && past.node !== present.node) {
    return { ok: false, why: otherName(path, past.node, present.node) };
  }
  const moved = past !== null && past.address !== present.address;
  const told = moved ? [`the address of this node was ${past.address} and is now ${present.address}`] : [];
  if (past !== null && !moved) return { ok: true, notices };
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await writeDurably(path, Buffer.from(`${JSON.stringify(present)}\n`));
    return { ok: true, notices: [...notices, ...told] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      ok: true,
      notices: [...notices, ...told, `${path} can't be written, so a change of name would go unseen: ${why}`],
    };
  }
}

/** What is remembered in `stateDir`, or null where that is nothing that can be read. */
export async function readIdentity(stateDir: string): Promise<Identity | null> {
  return (await read(join(stateDir, 'identity.json'))).past;
}

async function read(path: string): Promise<{ past: Identity | null; notices: readonly string[] }> {
  try {
    return { past: asIdentity(JSON.parse(await readFile(path, 'utf8'))), notices: [] };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { past: null, notices: [] };
    return { past: null, notices: [`${path} can't be read and is written anew`] };
  }
}

/** By hand: it is read before the agent lives, and should not wait until zod is loaded. */
function asIdentity(value: unknown): Identity {
  const { node, address } = Object(value) as Record<string, unknown>;
  if (typeof node === 'string' && typeof address === 'string') return { node, address };
  throw new TypeError('no identity');
}

function otherName(path: string, past: string, present: string): string {
  return (
    `this host's state is of node ${past}, and it is to start as ${present}: set node to ${past} again; ` +
    `or, if the host is ${present} for good, stop its containers (docker ps --filter label=io.katod.node=${past}), ` +
    `remove ${path}, and start again`
  );
}
