import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { warnOfOpenSetUp } from "./handshakes/first-only.js";
import { notionHandshake } from "./handshakes/notion.js";

export const notionScheme: Scheme = {
  provider: "notion",
  signature: {
    form: "plain",
    header: "x-notion-signature",
    prefix: "sha256=",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
  bodyId: true,
};

/** What {@link notion} takes: `secrets`, `onToken` while it is being set up, or both. */
export interface NotionOptions extends SourceOptions {
  /**
   * Is given the first verification token that Notion sends when a subscription is made; later ones are rejected.
   * Paste it into Notion, give it as `secrets` from then on, and remove this option: anybody can send a token.
   */
  readonly onToken?: ((token: string) => unknown) | undefined;
}

/**
 * Notion: the subscription's verification token. Without `secrets` it takes the token and refuses every event.
 * https://developers.notion.com/reference/webhooks
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function notion(options: NotionOptions): Source {
  sourceOptions("notion", options, "onToken");
  const { onToken, ...rest } = options;
  if (onToken === undefined) return sourceOf(notionScheme, rest);
  if (rest.secrets !== undefined) warnOfOpenSetUp("notion", "onToken");
  return sourceOf({ ...notionScheme, handshake: notionHandshake(onToken) }, { ...rest, settingUp: true });
}
