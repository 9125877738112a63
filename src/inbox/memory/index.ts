import { countOption, knownOptions } from "../../base/options.js";
import type { Inbox } from "../contract.js";
import { MemoryInbox } from "./memory-inbox.js";

/** The options of {@link memoryInbox}. */
export interface MemoryInboxOptions {
  /** Most records whose deduplication keys are stored; the oldest are dropped first. Default 1,000,000 (about 100 MB when full; 500 MB if events have no id). */
  readonly maxRemembered?: number | undefined;
  /** Done records, and dead letters, that are stored for inspection and replay: so many of each. Default 1,000. */
  readonly maxSettled?: number | undefined;
  /** Most bytes of the bodies of done records and dead letters. Beyond it the oldest are dropped, done records first. Default 64 MiB. */
  readonly maxSettledBytes?: number | undefined;
}

const known = new Set(["maxRemembered", "maxSettled", "maxSettledBytes"]);

/**
 * An inbox in this process's memory: nothing to install, nothing on disk. It deduplicates, retries and keeps
 * order as the durable ones do, and forgets everything when the process ends.
 *
 * @throws EarshotError ERR_OPTION
 */
export function memoryInbox(options: MemoryInboxOptions = {}): Inbox {
  knownOptions("memoryInbox", options, known);
  return new MemoryInbox({
    maxRemembered: countOption("maxRemembered", options.maxRemembered, 1_000_000, 1),
    maxSettled: countOption("maxSettled", options.maxSettled, 1_000, 0),
    maxSettledBytes: countOption("maxSettledBytes", options.maxSettledBytes, 64 * 1024 * 1024, 0),
  });
}
