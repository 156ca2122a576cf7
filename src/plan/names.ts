/** Container and volume names on the engine: fixed, so that the engine's own uniqueness keeps twins away. */

/** `katod-COMPONENT`. */
export function containerName(prefix: string, component: string): string {
  return `${prefix}${component}`;
}

/** `katod-COMPONENT-VOLUME`. */
export function volumeName(prefix: string, component: string, volume: string): string {
  return `${prefix}${component}-${volume}`;
}

/** `katod-COMPONENT-retired-ID12`: says on the engine itself that this container is to go. */
export function retiredName(prefix: string, component: string, id: string): string {
  return `${prefix}${component}-retired-${id.slice(0, 12)}`;
}

/** `katod-COMPONENT-check-HASH12`: short-lived, for files that are checked; `digest` is the files'. */
export function checkName(prefix: string, component: string, digest: string): string {
  return `${prefix}${component}-check-${digest.slice(0, 12)}`;
}

/** `katod-COMPONENT-displaced-ID12`: for a container that is in another component's way and can't have its own name. */
export function displacedName(prefix: string, component: string, id: string): string {
  return `${prefix}${component}-displaced-${id.slice(0, 12)}`;
}

/** `katod-COMPONENT-failed-ID12`: it did not become ready, and its predecessor came back. Kept for its log. */
export function failedName(prefix: string, component: string, id: string): string {
  return `${prefix}${component}-failed-${id.slice(0, 12)}`;
}
