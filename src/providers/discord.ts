import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import type { Secrets } from "../verify/secrets.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { discordHandshake } from "./handshakes/discord.js";

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

/** What {@link discord} takes: `publicKeys` in the place of `secrets`. */
export interface DiscordOptions extends Omit<SourceOptions, "secrets"> {
  /** The application's public key in hex, or several, newest first. */
  readonly publicKeys?: Secrets | undefined;
}

/**
 * Discord: webhook events and interactions, with Ed25519. Answers both kinds of ping by itself.
 * https://docs.discord.com/developers/events/webhook-events
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function discord(options: DiscordOptions): Source {
  sourceOptions("discord", options, "publicKeys");
  return sourceOf(discordScheme, options);
}
