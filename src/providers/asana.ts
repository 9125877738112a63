import { dateOf } from "../base/date-of.js";
import { chain } from "../base/maybe-promise.js";
import { objectField } from "../model/json.js";
import { firstOnly, warnOfOpenSetUp } from "../verify/handshake.js";
import { oneHeader } from "../verify/request.js";
import type { Handshake, Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf } from "../verify/source.js";
import { dotted, type EventFormat, listOf } from "./event-format.js";
import { sender } from "./sender.js";

const secretPattern = /^[\x21-\x7e]{16,256}$/;

/**
 * While a webhook is being made, Asana sends `X-Hook-Secret`, unsigned, and wants it back in the same header:
 * the secret is the key of all later signatures. The first is handed to `onSecret`, and never taken as a secret
 * by itself: anyone can send one.
 */
function asanaHandshake(onSecret: (secret: string) => unknown): Handshake {
  const handOver = firstOnly("asana", "onSecret", onSecret);
  return ({ http }) => {
    const secret = oneHeader(http, "x-hook-secret");
    if (secret === undefined || !secretPattern.test(secret)) return undefined;
    return chain(handOver(secret), () => ({ status: 200, headers: { "x-hook-secret": secret } }));
  };
}

export const asanaScheme: Scheme = {
  provider: "asana",
  signature: { form: "plain", header: "x-hook-signature", algorithm: "hmac-sha256", encoding: "hex" },
};

export const asanaEvents: EventFormat = {
  // An event of the list `events`; the empty list is a heartbeat.
  read: (body) => ({
    name: Array.isArray(body.events)
      ? "heartbeat"
      : dotted(objectField(body.resource)?.resource_type, body.action),
    at: dateOf(body.created_at),
  }),
  split: ({ events }) => listOf(events),
};

/** Options of {@link asana}: `secrets`, `onSecret` while a webhook is being made, or both. */
export interface AsanaOptions extends SourceOptions {
  /**
   * Receives the first secret that Asana sends while a webhook is being made; later ones are rejected. Store it,
   * give it as `secrets` from then on, and remove this option: anyone can send a secret.
   */
  readonly onSecret?: ((secret: string) => unknown) | undefined;
}

/**
 * Asana: the secret of the webhook's handshake. Without `secrets` it accepts the handshake and rejects every
 * event. Events have no id; a delivery without events is Asana's heartbeat.
 */
export const asana = sender<AsanaOptions>(
  {
    title: "Asana",
    docs: "https://developers.asana.com/docs/webhooks-guide",
    checked: "the vendor's page",
    setup:
      "`asana({ onSecret })` receives the secret once, while the webhook is made with the API; give it as `secrets` from then on.",
    identity: "digest",
    scheme: asanaScheme,
    events: asanaEvents,
    options: ["onSecret"],
  },
  (options) => {
    const { onSecret, ...rest } = options;
    if (onSecret === undefined) return sourceOf(asanaScheme, rest);
    if (rest.secrets !== undefined) warnOfOpenSetUp("asana", "onSecret");
    return sourceOf({ ...asanaScheme, handshake: asanaHandshake(onSecret) }, { ...rest, settingUp: true });
  },
);
