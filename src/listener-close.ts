import type { Clock } from "./base/clock.js";
import { EarshotError } from "./base/errors.js";
import { closeOpened } from "./inbox/one-user.js";
import type { ListenerParts } from "./listener-parts.js";

/** What is closed. */
export interface ClosingOptions {
  readonly parts: ListenerParts;
  readonly clock: Clock;
  /** For requests in flight, batches and callbacks together, milliseconds. */
  readonly graceMs: number;
  /** Open loops and waits for events. */
  readonly streams: Iterable<{ close(): void }>;
  /** Resolves when the inbox is open; `undefined` where it was not opened. A start may open it meanwhile. */
  readonly opened: () => Promise<void> | undefined;
}

/** Beyond the grace, milliseconds: an inbox or a transport of the user may never answer. */
const EXTRA_MS = 10_000;
/** What is closed after that has this long, milliseconds. */
const LEAST_MS = 500;

/** Closes the parts of a listener, in order, all within one time. */
export async function closeListener(options: ClosingOptions): Promise<void> {
  const { parts, clock, graceMs, streams, opened } = options;
  const { transports, pipeline, monitoring, inbox } = parts;
  const endsAt = clock.monotonic() + graceMs;
  const leftMs = (least: number, moreMs = 0) => Math.max(least, endsAt + moreMs - clock.monotonic());
  const end = async (what: string, ending: Promise<void>) => {
    if (await endsWithin(clock, leftMs(LEAST_MS, EXTRA_MS), ending)) return;
    const message = `stop() waits no longer for ${what}: ${EXTRA_MS} ms have passed since its time was over.`;
    parts.events.send({ type: "warning", error: new EarshotError("ERR_TIMEOUT", message) });
  };
  parts.nameCheck?.stop();
  parts.kept.stop();
  // Open batches run while requests in flight get their responses.
  pipeline.flushBatches();
  await end("the transports", transports.stop(graceMs));
  for (const stream of streams) stream.close();
  await end("the inbox to give up its claims", pipeline.stop(leftMs(0)));
  parts.apps.stop();
  await end("the monitoring", monitoring.stop());
  await end("the inbox to close", closeOpened(inbox, opened()));
}

/** @throws what the promise rejects with, within that time */
function endsWithin(clock: Clock, limitMs: number, ending: Promise<void>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(limitMs, () => resolve(false));
    const ended = () => {
      timer.clear();
      resolve(true);
    };
    ending.then(ended, (error: unknown) => {
      timer.clear();
      reject(error);
    });
  });
}
