import { access, constants, open } from "node:fs/promises";
import type { TriggerEvent } from "../../../index.js";
import { makePrivateDirectory } from "../../config/paths.js";
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
    let isCutOff = false;
    return {
      // One after the other: two appends at a time could mix their parts.
      append(event) {
        const { raw: _, ...rest } = event;
        const written = last.then(async () => {
          // On a full disk, a part of the line may be in the file: the next event begins a new line.
          const line = `${isCutOff ? "\n" : ""}${JSON.stringify(rest)}\n`;
          isCutOff = true;
          await file.appendFile(line);
          isCutOff = false;
        });
        last = written.catch(() => undefined);
        return written;
      },
      async close() {
        await last;
        try {
          // A pipe or a device cannot be flushed.
          if ((await file.stat()).isFile()) await file.sync();
        } finally {
          await file.close();
        }
      },
    };
  } catch (thrown) {
    throw new UsageError(`--out cannot write ${path}: ${errorText(thrown)}`);
  }
}

/** Makes the directory of --output. @throws UsageError where no file can be written to it */
export async function openEventDirectory(path: string): Promise<void> {
  try {
    await makePrivateDirectory(path);
    await access(path, constants.W_OK);
  } catch (thrown) {
    throw new UsageError(`--output cannot write to ${path}: ${errorText(thrown)}`);
  }
}
