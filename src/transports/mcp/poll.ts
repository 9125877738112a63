import { isJsonObject, type JsonObject } from "../../model/json.js";
import { McpFailure } from "./failure.js";
import type { ModeContext } from "./mode.js";
import { cursorField } from "./occurrence.js";
import { Intake } from "./subscription.js";

/** The least pause between polls that a server can ask for, and the pause where it asks for none, milliseconds. */
const LEAST_MS = 1000;
const DEFAULT_MS = 5000;

/** One answer to `events/poll`. */
export interface McpPage {
  readonly events: readonly JsonObject[];
  readonly cursor: string | null;
  readonly truncated: boolean;
  readonly hasMore: boolean;
  readonly nextPollMs: number;
}

/** @throws McpFailure */
export async function pollPage(
  { subscription, connection, signal }: Pick<ModeContext, "subscription" | "connection" | "signal">,
  cursor: string | null,
): Promise<McpPage> {
  const result = await connection.request("events/poll", { ...subscription.params, cursor }, signal);
  const { events, truncated, hasMore, nextPollMs } = result;
  if (!Array.isArray(events)) throw new McpFailure("events/poll: the result has no `events`.");
  return {
    events: events.filter(isJsonObject),
    cursor: cursorField(result.cursor) ?? null,
    truncated: truncated === true,
    hasMore: hasMore === true,
    nextPollMs: typeof nextPollMs === "number" && nextPollMs >= 0 ? nextPollMs : DEFAULT_MS,
  };
}

/**
 * Reads and stores one page.
 *
 * @returns milliseconds until the next
 * @throws McpFailure
 */
export async function pollStep(context: ModeContext): Promise<number> {
  const { subscription, server } = context;
  const known = subscription.place.now;
  const page = await pollPage(context, known?.cursor ?? null);
  if (page.truncated) subscription.lost("The server no longer had them all.");
  const intake = new Intake(subscription);
  // Of a page, only its end is a cursor.
  for (const occurrence of page.events) await intake.take(occurrence, undefined);
  await intake.reach(page.cursor);
  // Before the first is stored, a process that dies would begin at a later event.
  await subscription.place.flush();
  context.established();
  const isStuck = page.events.length === 0 && page.cursor === known?.cursor;
  if (page.hasMore && !isStuck) return 0;
  return server.pollMs ?? Math.max(LEAST_MS, page.nextPollMs);
}
