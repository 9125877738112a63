import { systemClock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { dateOption, hasMembers, textOption } from "../base/options.js";
import { shownValue } from "../base/warning.js";
import type { TriggerEvent } from "../model/event.js";
import type { EventOf, PayloadOf, TriggerName } from "../model/triggers.js";

/**
 * An event for a test of your own callbacks, as the listener would hand it over.
 *
 * @param changes any member that matters to the test; the others get harmless values
 * @throws EarshotError ERR_OPTION
 */
export function fakeEvent<const Name extends TriggerName>(
  triggerName: Name,
  payload: PayloadOf<Name>,
  changes: Partial<Omit<TriggerEvent, "triggerName" | "payload">> = {},
): EventOf<Name> {
  textOption("triggerName", triggerName);
  if (!hasMembers(changes)) {
    throw new EarshotError("ERR_OPTION", `\`changes\` is an object, not ${shownValue(changes)}.`);
  }
  if (changes.receivedAt !== undefined) dateOption("receivedAt", changes.receivedAt);
  const at = changes.receivedAt ?? new Date(systemClock.now());
  return {
    id: `log_fake_${Math.random().toString(36).slice(2)}`,
    triggerName,
    appName: triggerName.split(/[_.]/)[0]?.toLowerCase() ?? "",
    triggerId: "ti_fake",
    connectionId: "ca_fake",
    integrationId: "ac_fake",
    entityId: "default",
    payload,
    originalPayload: undefined,
    metadata: {},
    timestamp: at,
    receivedAt: at,
    source: "webhook",
    origin: { provider: "composio", route: "/", signed: true },
    request: {
      method: "POST",
      path: "/",
      route: "/",
      query: {},
      headers: { "content-type": "application/json" },
    },
    raw: JSON.stringify(payload),
    ...changes,
  } as EventOf<Name>;
}
