import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { asanaHandshake } from "./handshakes/asana.js";
import { warnOfOpenSetUp } from "./handshakes/first-only.js";

export const asanaScheme: Scheme = {
  provider: "asana",
  signature: { form: "plain", header: "x-hook-signature", algorithm: "hmac-sha256", encoding: "hex" },
};

/** What {@link asana} takes: `secrets`, `onSecret` while a webhook is being made, or both. */
export interface AsanaOptions extends SourceOptions {
  /**
   * Is given the first secret that Asana sends while a webhook is being made; later ones are rejected. Store it,
   * give it as `secrets` from then on, and remove this option: anybody can send a secret.
   */
  readonly onSecret?: ((secret: string) => unknown) | undefined;
}

/**
 * Asana: the secret of the webhook's handshake. Without `secrets` it takes the handshake and refuses every
 * event. Events have no id; a delivery without events is Asana's heartbeat.
 * https://developers.asana.com/docs/webhooks-guide
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function asana(options: AsanaOptions): Source {
  sourceOptions("asana", options, "onSecret");
  const { onSecret, ...rest } = options;
  if (onSecret === undefined) return sourceOf(asanaScheme, rest);
  if (rest.secrets !== undefined) warnOfOpenSetUp("asana", "onSecret");
  return sourceOf({ ...asanaScheme, handshake: asanaHandshake(onSecret) }, { ...rest, settingUp: true });
}
