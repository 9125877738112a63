import { join } from "node:path";
import type { EventFilter, Toolset, TriggerEvent, TriggerListener } from "../../../index.js";
import { writePrivateFile } from "../../config/paths.js";
import type { Context } from "../../context.js";
import { suggestStart } from "../../errors.js";
import { exitCodes, type SetExitCode } from "../../exit-codes.js";
import { sanitize } from "../../terminal/sanitize.js";
import type { EventFile } from "./event-file.js";
import type { Forwarder } from "./forwarder.js";
import { type EventOutput, printListenerEvent, problemTypes } from "./output.js";

/** setTimeout's limit, about 24 days; beyond it Node fires at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;
/** Most ids of events that are listed at the end. */
const MOST_IDS = 20;

export interface ReceiveOptions {
  readonly filter: EventFilter;
  readonly concurrency: number;
  /** Attempts per event. */
  readonly attempts: number;
  /** Default: no limit. */
  readonly maxEvents: number | undefined;
  /** Default: no limit. */
  readonly forSeconds: number | undefined;
  /** Directory to write events to. */
  readonly outputDirectory: string | undefined;
  /** Gets a line for each event. */
  readonly file: EventFile | undefined;
  /** The platform's URL, for the hint that starts a local platform. */
  readonly baseUrl: string | undefined;
}

/** Receives, forwards and prints events until a limit or an interrupt; work in progress is finished first. */
export async function receiveEvents(
  { io, ending }: Context,
  setExitCode: SetExitCode,
  toolset: Toolset,
  output: EventOutput,
  forwarder: Forwarder | undefined,
  options: ReceiveOptions,
): Promise<void> {
  const { maxEvents = Number.POSITIVE_INFINITY } = options;
  const listener = toolset.createTriggerListener({
    signals: false,
    concurrency: options.concurrency,
    retry: { attempts: options.attempts, baseMs: 1_000, capMs: 30_000 },
    // Each event has its number of attempts, whatever becomes of the others.
    breaker: false,
  });
  let started = 0;
  let done = 0;
  /** Ids of events that are not written yet: their attempts failed. */
  const unwritten = new Set<string>();
  listener.callback(options.filter, async (event, run) => {
    // More events may arrive before the listener has stopped.
    if (started >= maxEvents) return;
    started += 1;
    try {
      const forwarded = await forwarder?.post(event, run);
      unwritten.add(event.id);
      await options.file?.append(event);
      if (options.outputDirectory !== undefined) await writeEvent(options.outputDirectory, event);
      await output.print(event, forwarded);
      unwritten.delete(event.id);
    } catch (thrown) {
      // Its retry counts again.
      started -= 1;
      throw thrown;
    }
    done += 1;
    if (done >= maxEvents) void listener.stop();
  });
  let connected = false;
  let suggested = false;
  let isLost = false;
  // Printed below: a subscriber prevents process warnings for the same events.
  for (const type of problemTypes) listener.on(type, () => undefined);
  listener.on("*", (event) => {
    connected ||= event.type === "websocket.ready";
    isLost ||= event.type === "event.dead-lettered";
    printListenerEvent(io, event);
    if (event.type !== "websocket.disconnected" || connected || suggested) return;
    suggested = true;
    suggestStart(io, options.baseUrl);
  });
  await runUntil(listener, ending, options.forSeconds);
  io.note(io.err.dim(`${done} event${done === 1 ? "" : "s"}.`));
  const unaccepted = forwarder?.unaccepted ?? [];
  if (unaccepted.length > 0) {
    const ids = unaccepted.slice(0, MOST_IDS).map(sanitize).join(" ");
    const more =
      unaccepted.length > MOST_IDS ? ` … and ${unaccepted.length - MOST_IDS} more, in \`earshot logs\`` : "";
    io.note(
      io.err.yellow(`Not accepted: ${unaccepted.length}. Post them again with \`earshot replay --to URL\`:`),
    );
    io.note(`  ${ids}${more}`);
  }
  if (unwritten.size > 0) {
    const ids = [...unwritten].slice(0, MOST_IDS).map(sanitize).join(" ");
    io.note(io.err.yellow(`Not written: ${unwritten.size}. They are in \`earshot logs\`:`));
    io.note(`  ${ids}${unwritten.size > MOST_IDS ? " …" : ""}`);
  }
  if (ending.aborted) return;
  if (unaccepted.length > 0 || unwritten.size > 0 || isLost) setExitCode(exitCodes.failure);
  else if (!connected) setExitCode(exitCodes.unreachable);
  else if (options.maxEvents !== undefined && done < maxEvents) setExitCode(exitCodes.timedOut);
}

/** Runs the listener until it is stopped, the command ends, or the time is up. */
async function runUntil(
  listener: TriggerListener,
  ending: AbortSignal,
  seconds: number | undefined,
): Promise<void> {
  const stop = () => void listener.stop();
  if (ending.aborted) stop();
  ending.addEventListener("abort", stop, { once: true });
  const timer =
    seconds === undefined ? undefined : setTimeout(stop, Math.min(seconds * 1000, LONGEST_DELAY_MS));
  try {
    await listener.waitForever();
  } finally {
    clearTimeout(timer);
    ending.removeEventListener("abort", stop);
  }
}

/**
 * Writes an event to a file for its owner only. Writes are atomic, because other programs may watch the directory.
 * The name depends only on the event, so that a second run writes no copy.
 */
async function writeEvent(directory: string, event: TriggerEvent): Promise<void> {
  const time = event.timestamp.toISOString().replaceAll(":", "-");
  const file = join(directory, `${time}-${fileName(event.triggerName)}-${fileName(event.id)}.json`);
  await writePrivateFile(file, `${JSON.stringify(event, undefined, 2)}\n`);
}

/** Makes untrusted text safe as a part of a file name: no separators, no leading dots. */
function fileName(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 80);
}
