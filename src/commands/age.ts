/** Spans of time in a word. Pure. */

/** From an ISO 8601 time to `now`, in milliseconds since 1970: `41s`, `3d`. */
export function age(since: string, now: number): string {
  return length(now - Date.parse(since));
}

/** The largest whole unit of a time in milliseconds. */
export function length(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 2 * 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
