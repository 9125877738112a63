import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import type { SetUpRequest } from "../verify/scheme.js";
import { ownName, type SourceOptions, sourceOf } from "../verify/source.js";
import { allOf, type EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

/** The abuse protection of CloudEvents' web hook: the sender asks whether it may deliver here. */
export const webhookOrigin: SetUpRequest = {
  method: "OPTIONS",
  header: ["webhook-request-origin"],
  challenge: { header: "webhook-request-origin" },
  answer: { header: "webhook-allowed-origin" },
  headers: { "webhook-allowed-rate": "*", allow: "POST" },
};

/** An event in its body, a batch of them, or one whose attributes are in the `ce-` headers. */
export const cloudEventsEvents: EventFormat = {
  read(body, { request, format, digest }) {
    const { headers = {} } = request ?? {};
    const isStructured = body.specversion !== undefined;
    const attribute = (name: string) => textField(isStructured ? body[name] : headers[`ce-${name}`]);
    // An id is unique for its source only.
    const id = [attribute("source"), ownId(attribute("id"))];
    return {
      name: attribute("type"),
      // `hmac()` signs the body, not these headers: a forged id must not hide an event with another body.
      id: isStructured || format !== undefined ? allOf("#", ...id) : allOf("#", ...id, digest),
      at: dateOf(attribute("time")),
    };
  },
};

/** Before an id stands `#`, which a source may have too: an id with one must not look like the end of a source. */
function ownId(id: string | undefined): string | undefined {
  return id?.includes("#") ? encodeURIComponent(JSON.stringify(id)) : id;
}

/** Options of {@link cloudEvents}. */
export interface CloudEventsOptions extends SourceOptions {
  /** The sender: the app of its events. Default `"cloud-events"`. */
  readonly provider?: string | undefined;
}

/**
 * Any sender of CloudEvents over HTTP, in structured, binary or batched form, with a bearer token. Where the sender
 * signs in another way, give `hmac({ provider: "cloud-events", … })`.
 */
export const cloudEvents = sender<CloudEventsOptions>(
  {
    title: "Cloud Events",
    docs: "https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md",
    checked: "cloudevents",
    setup: "The URL, and a token that the sender sends as `Authorization: Bearer …`.",
    scheme: {
      provider: "cloud-events",
      signature: { form: "token", header: "authorization", prefix: "Bearer " },
      handshake: [webhookOrigin],
    },
    events: cloudEventsEvents,
    options: ["provider"],
  },
  ({ provider, ...rest }, scheme) =>
    sourceOf(
      {
        ...scheme,
        provider: ownName("cloudEvents", provider, scheme.provider),
        format: scheme.provider,
      },
      rest,
    ),
);
