import { EarshotError } from "../base/errors.js";
import { plainText } from "../base/plain-text.js";
import type { TriggerEvent } from "../model/event.js";
import { textField } from "../model/json.js";
import { ACCOUNT_EXPIRED, TRIGGER_DISABLED } from "../protocol/shapes.js";

/**
 * The warning for an event that ends other events: the platform disabled a trigger, or an account expired.
 *
 * @param event one that no callback handles
 * @returns `undefined` for any other event
 */
export function setupWarning(event: TriggerEvent): EarshotError | undefined {
  if (event.origin.provider !== "composio") return undefined;
  const { payload, triggerId, connectionId } = event;
  const shown = (value: unknown) => plainText(textField(value) ?? "unknown");
  switch (event.triggerName as string) {
    case TRIGGER_DISABLED:
      return new EarshotError(
        "ERR_TRIGGER_DISABLED",
        `The platform disabled the trigger ${shown(payload.trigger_name)} (${shown(triggerId)}) of the account ${shown(connectionId)}: ${shown(payload.disabled_reason)}. It receives no events.`,
      );
    case ACCOUNT_EXPIRED:
      return new EarshotError(
        "ERR_ACCOUNT_EXPIRED",
        `The authorization of the account ${shown(connectionId)} of entity ${shown(event.entityId)} expired. Its triggers receive no events.`,
      );
    default:
      return undefined;
  }
}
