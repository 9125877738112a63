import { textField, timeField } from "../model/json.js";
import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { allOf, type EventFormat } from "./event-format.js";

export const hubspotScheme: Scheme = {
  provider: "hubspot",
  signature: {
    form: "plain",
    header: "x-hubspot-signature-v3",
    algorithm: "hmac-sha256",
    encoding: "base64",
  },
  signed: "{method}{requestUrl}{body}{time}",
  time: { header: "x-hubspot-request-timestamp", unit: "ms" },
  decodesUrl: true,
};

export const hubspotEvents: EventFormat = {
  // An event of a list. A retry has another `attemptNumber`, so that neither the body nor its digest is the same;
  // `eventId` is not unique without the others.
  read: (event) => ({
    name: textField(event.subscriptionType),
    id: allOf("-", event.portalId, event.subscriptionId, event.eventId, event.objectId, event.occurredAt),
    at: timeField(event.occurredAt),
  }),
};

/** Options of {@link hubspot}. */
export interface HubspotOptions extends SourceOptions {
  /** The URL that HubSpot has, whole, as it was typed there: it is part of what is signed. */
  readonly publicUrl?: string | undefined;
}

/**
 * HubSpot, signature version 3: the app's client secret. One delivery has a list of events.
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function hubspot(options: HubspotOptions): Source {
  sourceOptions("hubspot", options, "publicUrl");
  return sourceOf(hubspotScheme, options);
}
