import { dateOf } from "../base/date-of.js";
import { chain } from "../base/maybe-promise.js";
import { textField } from "../model/json.js";
import { firstOnly, handshakeBody, mayBeHandshake, warnOfOpenSetUp } from "../verify/handshake.js";
import type { Handshake, Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf } from "../verify/source.js";
import type { EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

const tokenPattern = /^[\x21-\x7e]{16,256}$/;

/**
 * Notion sends `{verification_token}` once, unsigned: the token is the key of all later signatures. The first is
 * handed to `onToken` and nowhere else. It is never taken as a secret by itself: anyone can send one.
 */
function notionHandshake(onToken: (token: string) => unknown): Handshake {
  const handOver = firstOnly("notion", "onToken", onToken);
  return ({ delivery }) => {
    if (!mayBeHandshake(delivery, "verification_token")) return undefined;
    const body = handshakeBody(delivery);
    const token = body?.verification_token;
    // An event has further members; the set-up request has only this one.
    if (typeof token !== "string" || !tokenPattern.test(token) || Object.keys(body ?? {}).length !== 1) {
      return undefined;
    }
    return chain(handOver(token), () => ({ status: 200 }));
  };
}

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

export const notionEvents: EventFormat = {
  read: (body) => ({ name: textField(body.type), id: textField(body.id), at: dateOf(body.timestamp) }),
};

/** Options of {@link notion}: `secrets`, `onToken` while it is being set up, or both. */
export interface NotionOptions extends SourceOptions {
  /**
   * Receives the first verification token that Notion sends when a subscription is made; later ones are rejected.
   * Paste it into Notion, give it as `secrets` from then on, and remove this option: anyone can send a token.
   */
  readonly onToken?: ((token: string) => unknown) | undefined;
}

/**
 * Notion: the subscription's verification token. Without `secrets` it accepts the token and rejects every event.
 */
export const notion = sender<NotionOptions>(
  {
    title: "Notion",
    docs: "https://developers.notion.com/reference/webhooks",
    checked: "@notionhq/client",
    setup:
      "`notion({ onToken })` receives the verification token once; paste it into Notion, and give it as `secrets`.",
    identity: "body's `id`",
    scheme: notionScheme,
    events: notionEvents,
    options: ["onToken"],
  },
  (options) => {
    const { onToken, ...rest } = options;
    if (onToken === undefined) return sourceOf(notionScheme, rest);
    if (rest.secrets !== undefined) warnOfOpenSetUp("notion", "onToken");
    return sourceOf({ ...notionScheme, handshake: notionHandshake(onToken) }, { ...rest, settingUp: true });
  },
);
