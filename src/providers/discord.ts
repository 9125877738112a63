import { dateOf } from "../base/date-of.js";
import { objectField, textField } from "../model/json.js";
import { jsonAnswer, signedHandshake } from "../verify/handshake.js";
import type { Secrets } from "../verify/keys.js";
import type { Scheme } from "../verify/scheme.js";
import type { SourceOptions } from "../verify/source.js";
import { type EventFormat, firstText } from "./event-format.js";
import { sender } from "./sender.js";

/**
 * Discord pings before it accepts the URL, and sometimes sends a ping with a wrong signature, which must get 401. An interaction's ping is type 1 and wants `{type: 1}`; a webhook event's ping is type 0 and wants
 * 204. A webhook event itself is type 1 too, and has `event`.
 */
const discordHandshake = signedHandshake("type", (body) => {
  if ("event" in body) return undefined;
  if (body.type === 1) return jsonAnswer({ type: 1 });
  return body.type === 0 ? { status: 204 } : undefined;
});

export const discordScheme: Scheme = {
  provider: "discord",
  signature: { form: "plain", header: "x-signature-ed25519", algorithm: "ed25519", encoding: "hex" },
  signed: "{time}{body}",
  time: { header: "x-signature-timestamp", unit: "s" },
  bodyId: true,
  handshake: discordHandshake,
  // https://docs.discord.com/developers/events/webhook-events#responding-to-events
  acknowledgement: { status: 204 },
};

/** Interaction types by number. https://docs.discord.com/developers/interactions/receiving-and-responding */
const interactions = [
  undefined,
  "PING",
  "APPLICATION_COMMAND",
  "MESSAGE_COMPONENT",
  "APPLICATION_COMMAND_AUTOCOMPLETE",
  "MODAL_SUBMIT",
];

export const discordEvents: EventFormat = {
  // A webhook event has `event` and no id; an interaction has an id, and a number for its type.
  read(body) {
    const event = objectField(body.event);
    if (event !== undefined) return { name: textField(event.type), at: dateOf(event.timestamp) };
    const type = typeof body.type === "number" ? interactions[body.type] : undefined;
    return { name: type ?? firstText(body.type), id: textField(body.id) };
  },
};

/** Options of {@link discord}: `publicKeys` in the place of `secrets`. */
export interface DiscordOptions extends Omit<SourceOptions, "secrets"> {
  /** The application's public key in hex, or several, newest first. */
  readonly publicKeys?: Secrets | undefined;
}

/**
 * Discord: webhook events and interactions, with Ed25519. Responds to both kinds of ping.
 */
export const discord = sender<DiscordOptions>({
  title: "Discord",
  docs: "https://docs.discord.com/developers/events/webhook-events",
  checked: "discord-interactions",
  setup:
    "The public key of the application, on its General Information page. Paste the URL as the Interactions Endpoint URL, or under Webhooks.",
  identity: "interaction id, else content",
  scheme: discordScheme,
  events: discordEvents,
});
