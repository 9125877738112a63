/**
 * The known word that a misspelt one was probably meant to be; case does not count.
 *
 * @returns `undefined` where nothing is near enough to be worth offering
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  return nearestFew(word, candidates, 1)[0];
}

/** Up to `most` known words that a misspelt one may have been meant to be, the nearest first. */
export function nearestFew(word: string, candidates: Iterable<string>, most = 3): string[] {
  const given = word.toLowerCase();
  const givenParts = partsOf(word);
  const near: { candidate: string; cost: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const known = candidate.toLowerCase();
    const longer = Math.max(given.length, known.length);
    const typos = distance(given, known);
    const contained =
      given.length >= 3 && known.length >= 3 && (known.includes(given) || given.includes(known));
    const shared = sharedParts(givenParts, partsOf(candidate));
    // Beyond a misspelling, whole words in common still make a hint.
    if (isMisspelling(typos, longer)) near.push({ candidate, cost: typos / longer });
    else if (contained) near.push({ candidate, cost: 1 + typos / longer });
    else if (shared > 0.5) near.push({ candidate, cost: 3 - shared + typos / longer });
  }
  // The sort is stable: of two that are equally near, the one that was listed first is offered first.
  return near
    .sort((a, b) => a.cost - b.cost)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/**
 * The known word of which `word` is a misspelling: at most a third of the letters differ. Stricter than
 * {@link nearest}, for where the answer decides and is not only a hint.
 */
export function misspelt(word: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(word, candidates);
  if (near === undefined) return undefined;
  const typos = distance(word.toLowerCase(), near.toLowerCase());
  return isMisspelling(typos, Math.max(word.length, near.length)) ? near : undefined;
}

function isMisspelling(typos: number, letters: number): boolean {
  return typos <= Math.floor(letters / 3);
}

/** `GITHUB_STAR_ADDED` and `githubStarAdded` → `github`, `star`, `added`. */
function partsOf(word: string): Set<string> {
  const spaced = word.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return new Set(spaced.split(/[^a-z0-9]+/).filter((part) => part !== ""));
}

/** How much of `given` stands in `known`, 0 to 1; one part in common says nothing where there is only one. */
function sharedParts(given: Set<string>, known: Set<string>): number {
  if (given.size < 2) return 0;
  let common = 0;
  for (const part of given) if (known.has(part)) common += 1;
  return common / given.size;
}

/** Letters to insert, drop, replace or swap with their neighbor to make `b` of `a` (optimal string alignment). */
function distance(a: string, b: string): number {
  let twoBack: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(previous, j) + 1,
        at(row, j - 1) + 1,
        at(previous, j - 1) + (same ? 0 : 1),
        swapped ? at(twoBack, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    twoBack = previous;
    previous = row;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
