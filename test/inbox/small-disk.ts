import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/** A disk of its own, small, in memory. */
export interface SmallDisk {
  readonly folder: string;
  /** From now on nothing can be written; root is refused, too. */
  makeReadOnly(): void;
  unmount(): void;
}

/**
 * Mounts a small disk. As root, or through sudo where that asks for no password.
 *
 * @returns why there is none, for the test to be left out; never where CI is set, there it is a failure
 */
export function smallDisk(folder: string, megabytes: number): SmallDisk | string {
  mkdirSync(folder);
  const ways: readonly (readonly string[])[] = [[], ["sudo", "-n"]];
  const run = (way: readonly string[], words: readonly string[]) => {
    const [program = "", ...rest] = [...way, ...words];
    return spawnSync(program, rest, { encoding: "utf8" });
  };
  const mount = ["mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder];
  const way = ways.find((words) => run(words, mount).status === 0);
  if (way === undefined) {
    const why = `no small disk can be mounted here: ${run([], mount).stderr}`;
    if (process.env.CI) throw new Error(why);
    return why;
  }
  const must = (...words: string[]) => {
    const { status, stderr } = run(way, words);
    if (status !== 0) throw new Error(`${words.join(" ")}: ${stderr}`);
  };
  return {
    folder,
    makeReadOnly: () => must("mount", "-o", "remount,ro", folder),
    unmount: () => must("umount", folder),
  };
}
