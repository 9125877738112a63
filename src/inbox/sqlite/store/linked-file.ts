import { readlinkSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** More links in a row than a system follows. */
const MAX_LINKS = 40;

/** What a path names in the end, whether that is there or not: SQLite puts a log beside the file, not beside a link. */
export function linkedFile(path: string): string {
  let file = path;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    let target: string;
    try {
      target = readlinkSync(file);
    } catch {
      return file;
    }
    file = resolve(dirname(file), target);
  }
  return file;
}
