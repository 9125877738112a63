import { EarshotError } from "../base/errors.js";
import type { Inbox } from "./contract.js";

/** Opens and closes an inbox in turn: an object has one user at a time, and may have another one after it. */
export class OneUser {
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #wasClosed = false;

  get wasClosed(): boolean {
    return this.#wasClosed || this.#closing !== undefined;
  }

  /**
   * @param name of the inbox, for a message
   * @param remedy what to do instead, as a sentence
   * @throws EarshotError ERR_OPTION while it has a user, who keeps it
   */
  async open(name: string, remedy: string, open: () => Promise<void>): Promise<void> {
    while (this.#closing !== undefined) await this.#closing;
    if (this.#opening !== undefined) {
      throw new EarshotError(
        "ERR_OPTION",
        `${name} is in use: the same object was given to another listener of this process that has not stopped, or to openInbox(). ${remedy}`,
      );
    }
    this.#opening = open();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  /** What is still being opened is closed after that. */
  close(close: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#close(close).finally(() => {
      this.#closing = undefined;
    });
    return this.#closing;
  }

  async #close(close: () => Promise<void>): Promise<void> {
    if (!(await hasOpened(this.#opening))) return;
    try {
      await close();
    } finally {
      this.#wasClosed = true;
      this.#opening = undefined;
    }
  }
}

/** Closes an inbox once it is open. One that its user could not open may be another's, and is left alone. */
export async function closeOpened(inbox: Inbox, opening: Promise<void> | undefined): Promise<void> {
  if (await hasOpened(opening)) await inbox.close();
}

async function hasOpened(opening: Promise<void> | undefined): Promise<boolean> {
  if (opening === undefined) return false;
  return await opening.then(
    () => true,
    () => false,
  );
}
