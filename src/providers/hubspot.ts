import { dateOf } from "../base/date-of.js";
import { asText, type JsonObject, textField } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import type { SourceOptions } from "../verify/source.js";
import { allOf, type EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

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

/** A changed association has two objects. https://developers.hubspot.com/docs/guides/crm/private-apps/webhooks */
function associationOf(event: JsonObject): string | undefined {
  const kind = [event.associationType, event.associationTypeId, event.associationRemoved].map(asText);
  return allOf(">", event.fromObjectId, event.toObjectId, kind.join(">"));
}

export const hubspotEvents: EventFormat = {
  // An event of a list. A retry has another `attemptNumber`, so that neither the body nor its digest is the same;
  // `eventId` is not unique without the others.
  read: (event) => ({
    name: textField(event.subscriptionType),
    id: allOf(
      "-",
      ...[event.portalId, event.subscriptionId, event.eventId],
      event.objectId ?? associationOf(event),
      event.occurredAt,
    ),
    at: dateOf(event.occurredAt),
  }),
};

/** Options of {@link hubspot}. */
export interface HubspotOptions extends SourceOptions {
  /** The URL that HubSpot has, whole, as it was typed there: it is part of what is signed. */
  readonly publicUrl?: string | undefined;
}

/**
 * HubSpot, signature version 3: the app's client secret. One delivery has a list of events.
 */
export const hubspot = sender<HubspotOptions>({
  title: "HubSpot",
  docs: "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
  checked: "the vendor's page",
  setup: "The client secret of the app, and the target URL, as it stands in HubSpot, as `publicUrl`.",
  identity: "ids in the body",
  scheme: hubspotScheme,
  events: hubspotEvents,
});
