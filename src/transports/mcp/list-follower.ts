import { type Clock, sleep } from "../../base/clock.js";
import { fullJitterMs } from "../../base/retry.js";
import { objectField } from "../../model/json.js";
import type { McpCatalog } from "./catalog.js";
import type { McpConnection } from "./connection.js";
import { asMcpFailure } from "./failure.js";

/** What {@link followList} takes. */
export interface ListFollowerOptions {
  readonly connection: McpConnection;
  readonly catalog: McpCatalog;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: (() => number) | undefined;
  /** The server's list of events may have changed. */
  readonly changed: () => void;
}

const pauses = { baseMs: 1000, capMs: 60_000 };
/** Between tries of what fails again, whatever time passes: a person may have mended it. */
const FINAL_PAUSE_MS = 300_000;
/** A response on which not even a comment came for so long is dead, milliseconds. */
const SILENT_AFTER_MS = 300_000;

/**
 * Listens for changes of a server's list of events, where it announces them. Ends with the signal. Events are received
 * without it too: what fails here is tried again, and is no warning.
 */
export async function followList(options: ListFollowerOptions): Promise<void> {
  const { catalog, clock, signal, random } = options;
  for (let failures = 0; !signal.aborted; ) {
    let pauseMs: number;
    try {
      if (!(await catalog.announcesChanges())) return;
      if (await listen(options, failures > 0)) failures = 0;
      else return;
      pauseMs = fullJitterMs(pauses, 1, random);
    } catch (thrown) {
      if (signal.aborted) return;
      pauseMs = asMcpFailure(thrown).isFinal ? FINAL_PAUSE_MS : fullJitterMs(pauses, failures + 1, random);
    }
    failures += 1;
    await sleep(clock, pauseMs, signal).catch(() => undefined);
  }
}

/** @returns whether the server has taken the request, before it ended the response */
async function listen(
  { connection, signal, changed }: ListFollowerOptions,
  isAgain: boolean,
): Promise<boolean> {
  const params = { notifications: { eventsListChanged: true } };
  const limit = { silentAfterMs: SILENT_AFTER_MS, commentsCount: true };
  let isTaken = false;
  for await (const { method, params: given } of connection.stream(
    "subscriptions/listen",
    params,
    signal,
    limit,
  )) {
    if (method === "notifications/subscriptions/acknowledged") {
      isTaken = objectField(objectField(given)?.notifications)?.eventsListChanged === true;
      // What has changed while no response was open was not announced.
      if (isTaken && isAgain) changed();
    } else if (method === "notifications/events/list_changed") changed();
  }
  return isTaken;
}
