/** The first version of SQLite that cannot lose committed transactions when its log begins anew. */
const SOUND = [3, 51, 3] as const;

/** @returns what is wrong with this version of SQLite for an inbox, in a sentence; `undefined` for a sound one */
export function weaknessOf(version: string): string | undefined {
  const numbers = version.split(".").map(Number);
  for (const [at, sound] of SOUND.entries()) {
    const number = numbers[at] ?? 0;
    if (number > sound) return undefined;
    // Not a number is not known to be sound.
    if (number !== sound) {
      return `The installed better-sqlite3 has SQLite ${version}. Before ${SOUND.join(".")}, SQLite can damage a file that several connections write to, and acknowledged events with it: npm install better-sqlite3@^12.8.0`;
    }
  }
  return undefined;
}
