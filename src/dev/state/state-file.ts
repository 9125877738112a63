import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../../base/message-of.js";
import { stateError } from "./snapshot.js";

/** @returns `undefined` where there is no such file */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw stateError(file, messageOf(error), error);
  }
}

/**
 * Writes a file as a whole or not at all: beside it first, to the disk, then renamed over it. Only its owner
 * may read it, for it has secrets.
 */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const beside = `${file}.new`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(beside, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
}

/** Keeps a file equal to what changes in memory. Changes that come while it is being written go into the next write. */
export class StateFile {
  readonly #file: string;
  readonly #text: () => string;
  #changed = false;
  #writing: Promise<void> | undefined;

  /** @param text the content of the file, called at every write */
  constructor(file: string, text: () => string) {
    this.#file = file;
    this.#text = text;
  }

  /** Has the file written again, soon. */
  change(): void {
    this.#changed = true;
    if (this.#writing !== undefined) return;
    this.#writing = this.#write();
    // A call of `saved` rejects with the failure; otherwise the next change tries again.
    this.#writing.catch(() => undefined);
  }

  /** Waits until every change so far is on the disk. @throws where it could not be written */
  saved(): Promise<void> {
    if (this.#writing === undefined && this.#changed) this.change();
    return this.#writing ?? Promise.resolve();
  }

  async #write(): Promise<void> {
    try {
      while (this.#changed) {
        this.#changed = false;
        await writeAtomically(this.#file, this.#text());
      }
    } catch (error) {
      this.#changed = true;
      throw stateError(this.#file, `it cannot be written (${messageOf(error)})`, error);
    } finally {
      this.#writing = undefined;
    }
  }
}
