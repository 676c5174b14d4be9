/** The names most like `name`, best first; empty where none is close. */
export function nearNames(name: string, known: readonly string[], atMost = 3): readonly string[] {
  const limit = Math.max(2, Math.floor(name.length / 3));
  return known
    .map((candidate) => ({ candidate, distance: candidate.includes(name) ? 1 : editDistance(name, candidate) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, atMost)
    .map(({ candidate }) => candidate);
}

/** `There is no dag "x". Did you mean "y"?`, or all names where none is close. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const near = nearNames(name, known);
  if (near.length > 0) return `There is no ${what} "${name}". Did you mean ${quoted(near)}?`;
  return `There is no ${what} "${name}". Known: ${known.length === 0 ? 'none' : quoted(known)}.`;
}

function quoted(names: readonly string[]): string {
  return names.map((each) => `"${each}"`).join(', ');
}

/** Levenshtein, by rows. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of from.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of to.split('').entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
