import { open } from "node:fs/promises";
import type { TriggerEvent } from "../../../index.js";
import { errorText, UsageError } from "../../errors.js";

/** A file that events are appended to. */
export interface EventFile {
  append(event: TriggerEvent): Promise<void>;
  /** Flushes the file to the disk, and closes it. */
  close(): Promise<void>;
}

/** Opens a file for JSON Lines, for its owner only. @throws UsageError where it cannot be written */
export async function openEventFile(path: string): Promise<EventFile> {
  try {
    const file = await open(path, "a", 0o600);
    let last: Promise<unknown> = Promise.resolve();
    return {
      // One after the other: two appends at a time could mix their parts.
      append(event) {
        const { raw: _, ...rest } = event;
        const written = last.then(() => file.appendFile(`${JSON.stringify(rest)}\n`));
        last = written.catch(() => undefined);
        return written;
      },
      async close() {
        await last;
        await file.sync();
        await file.close();
      },
    };
  } catch (thrown) {
    throw new UsageError(`--out cannot write ${path}: ${errorText(thrown)}`);
  }
}
