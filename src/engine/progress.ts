/** How far a pull has come, from the lines that the engine sends for each layer. Pure but for its own memory. */
import { isObject } from './lines.js';

/** A download takes longer than unpacking: so much of a layer's share. */
const DOWNLOAD = 0.75;

export interface ProgressMeter {
  /** Takes a line; true when something has really moved: "Retrying in 5 seconds" counting down is no progress. */
  take(line: Readonly<Record<string, unknown>>): boolean;
  /** 0 to 1, never falling; null before the first layer that is to be fetched. Layers count alike: sizes come only as each begins. */
  share(): number | null;
}

export function progressMeter(): ProgressMeter {
  const layers = new Map<
    string,
    { readonly status: string; readonly current: number; readonly share: number }
  >();
  let reached: number | null = null;
  return {
    take(line) {
      const { id, status } = line;
      if (typeof status !== 'string') return false;
      // "Pulling from library/x" bears the tag as its id and is no layer.
      if (typeof id !== 'string' || status.startsWith('Pulling from')) return true;
      if (status.startsWith('Retrying in')) return false;
      const detail = isObject(line.progressDetail) ? line.progressDetail : {};
      const current = finite(detail.current);
      const before = layers.get(id);
      // The engine has it: no part of the work, and as the first line of a pull it would look like all of it.
      if (before === undefined && status === 'Already exists') return true;
      const share = Math.max(before?.share ?? 0, layerShare(status, current, finite(detail.total)));
      layers.set(id, { status, current, share });
      const mean = [...layers.values()].reduce((sum, layer) => sum + layer.share, 0) / layers.size;
      reached = Math.max(reached ?? 0, mean);
      return before === undefined || before.status !== status || before.current !== current;
    },
    share: () => reached,
  };
}

function layerShare(status: string, current: number, total: number): number {
  const part = total > 0 ? Math.min(1, Math.max(0, current / total)) : 0;
  switch (status) {
    case 'Already exists':
    case 'Pull complete':
      return 1;
    case 'Verifying Checksum':
    case 'Download complete':
      return DOWNLOAD;
    case 'Downloading':
      return DOWNLOAD * part;
    case 'Extracting':
      return DOWNLOAD + (1 - DOWNLOAD) * part;
    default:
      return 0;
  }
}

function finite(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
