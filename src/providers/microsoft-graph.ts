import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { microsoftGraphHandshake } from "./handshakes/microsoft-graph.js";

export const microsoftGraphScheme: Scheme = {
  provider: "microsoft-graph",
  signature: { form: "body-token", list: "value", member: "clientState" },
  handshake: microsoftGraphHandshake,
  // https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks#receive-notifications
  acknowledgement: { status: 202 },
};

/**
 * Microsoft Graph change notifications: the subscription's `clientState`, which comes back in every
 * notification and is compared; nothing is signed. Answers the validation of the URL by itself.
 * https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function microsoftGraph(options: SourceOptions): Source {
  sourceOptions("microsoftGraph", options);
  return sourceOf(microsoftGraphScheme, options);
}
