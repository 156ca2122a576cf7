/** JSON Merge Patch (RFC 7396) on plain values: a mapping is merged, null takes a key away, all else replaces. */
import { isMapping, type Places, type Plain } from './yaml.js';

/** As the RFC's section 2 has it; `target` undefined: there is nothing there yet. */
export function mergePatch(target: Plain | undefined, patch: Plain): Plain {
  if (!isMapping(patch)) return patch;
  const merged = new Map(isMapping(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** Where each value of the merged document stands: in the patch, if it says anything of it. */
export function mergePlaces(target: Places, patch: Places): Places {
  return {
    file: patch.file,
    values: new Map([...target.values, ...patch.values]),
    keys: new Map([...target.keys, ...patch.keys]),
  };
}
