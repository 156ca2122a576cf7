/** Circles in a relation between names, found in one pass however long they are. */

/**
 * The names that each name is in a circle with, itself included and in the order of the relation. A name in no
 * circle is absent.
 */
export function circlesOf(
  relation: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const backwards = new Map<string, string[]>();
  for (const [from, to] of relation) {
    for (const name of to) {
      const before = backwards.get(name) ?? [];
      before.push(from);
      backwards.set(name, before);
    }
  }

  // Kosaraju: what is reached backwards from the last left of a walk forwards is one circle.
  const left: string[] = [];
  const seen = new Set<string>();
  for (const name of relation.keys()) left.push(...leave(name, relation, seen));
  const place = new Map([...relation.keys()].map((name, index) => [name, index]));
  const taken = new Set<string>();
  const circles = new Map<string, readonly string[]>();
  for (const name of left.reverse()) {
    const group = leave(name, backwards, taken).sort(
      (one, other) => (place.get(one) ?? 0) - (place.get(other) ?? 0),
    );
    const round = group.length > 1 || (relation.get(name) ?? []).includes(name);
    if (round) for (const member of group) circles.set(member, group);
  }
  return circles;
}

/** Names reached that were not seen before, each after all that it leads to. Without recursion: chains may be long. */
function leave(start: string, relation: ReadonlyMap<string, readonly string[]>, seen: Set<string>): string[] {
  if (seen.has(start)) return [];
  seen.add(start);
  const left: string[] = [];
  const open = [{ name: start, next: 0 }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const to = relation.get(top.name)?.[top.next];
    top.next += 1;
    if (to === undefined) left.push((open.pop() ?? top).name);
    else if (!seen.has(to)) {
      seen.add(to);
      open.push({ name: to, next: 0 });
    }
  }
  return left;
}
