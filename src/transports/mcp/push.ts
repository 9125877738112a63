import { type JsonObject, objectField } from "../../model/json.js";
import { McpFailure, rpcFailure } from "./failure.js";
import type { ModeContext } from "./mode.js";
import { cursorField } from "./occurrence.js";
import { Intake } from "./subscription.js";

/** A response that ends sooner and brought nothing counts as a failure, milliseconds. */
const SHORT_MS = 1000;

/**
 * Opens a response and receives its events until it ends. The server ends it when it stops, a proxy when it likes: the
 * next one begins at the stored cursor.
 *
 * @returns milliseconds until the next
 * @throws McpFailure
 */
export async function pushStep(context: ModeContext): Promise<number> {
  const { subscription, connection, clock, signal } = context;
  const { place, params } = subscription;
  const beganAt = clock.monotonic();
  const known = place.now;
  const intake = new Intake(subscription);
  let isActive = false;
  let events = 0;
  const onMessage = async ({ method, params: given }: JsonObject) => {
    const message = objectField(given) ?? {};
    const cursor = cursorField(message.cursor);
    switch (method) {
      case "notifications/events/active": {
        // A second one says that the server has skipped something.
        if (message.truncated === true) subscription.lost("The server no longer had them all.");
        else if (!isActive && known?.cursor === null && !known.isReset)
          subscription.lost("The server cannot send them again.");
        isActive = true;
        await intake.reach(cursor ?? null);
        // A process that dies now would otherwise begin at a later event.
        await place.flush();
        context.established();
        return;
      }
      case "notifications/events/event":
        events += 1;
        await intake.take(message, cursor);
        return;
      case "notifications/events/heartbeat":
        await intake.reach(cursor);
        return;
      case "notifications/events/terminated":
        await intake.reach(undefined);
        throw rpcFailure("The server ended the subscription", message.error, true);
      case "notifications/events/error":
        context.warn(rpcFailure("The server reports a problem", message.error));
        return;
    }
  };
  const stream = connection.stream("events/stream", { ...params, cursor: known?.cursor ?? null }, signal);
  for await (const message of stream) await onMessage(message);
  await intake.reach(undefined);
  if (events === 0 && clock.monotonic() - beganAt < SHORT_MS) {
    throw new McpFailure("The server ended the response at once.");
  }
  return 0;
}
