import { dateOf } from "../base/date-of.js";
import { chain } from "../base/maybe-promise.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import { textContent } from "../verify/content.js";
import { type Key, runtimeCrypto } from "../verify/crypto.js";
import { textAnswer } from "../verify/handshake.js";
import { secretTexts, tokenKey } from "../verify/keys.js";
import { unauthorized } from "../verify/outcome.js";
import { queryParameter } from "../verify/request.js";
import type { Handshake, Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf } from "../verify/source.js";
import {
  dotted,
  type EventFormat,
  firstObject,
  jsonLength,
  listOf,
  MOST_ENVELOPE_CHARACTERS,
} from "./event-format.js";
import { sender } from "./sender.js";

const challengePattern = /^[\x21-\x7e]{1,256}$/;

/**
 * Meta asks with `GET ?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…` whether the URL is ours, and
 * wants the challenge back as text if the token is the one that was typed into its form.
 */
function metaHandshake(verifyToken: Key): Handshake {
  return ({ http }) => {
    if (http.method !== "GET") return undefined;
    const challenge = queryParameter(http, "hub.challenge");
    const token = queryParameter(http, "hub.verify_token");
    if (queryParameter(http, "hub.mode") !== "subscribe" || token === undefined) return undefined;
    if (challenge === undefined || !challengePattern.test(challenge)) return undefined;
    return chain(verifyToken.matches(textContent(token), []), (same) => {
      if (!same) throw unauthorized("ERR_SIGNATURE_WRONG", "hub.verify_token is not the configured one.");
      return textAnswer(challenge);
    });
  };
}

export const metaScheme: Scheme = {
  provider: "meta",
  signature: {
    form: "plain",
    header: "x-hub-signature-256",
    prefix: "sha256=",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
};

export const metaEvents: EventFormat = {
  // `whatsapp_business_account.messages`, `page.messaging`, `instagram.comments`.
  read(body) {
    const entry = firstObject(body.entry);
    const list = Array.isArray(entry.messaging) ? "messaging" : "standby";
    const field = firstObject(entry.changes).field ?? (Array.isArray(entry[list]) ? list : undefined);
    return { name: dotted(body.object, field), at: dateOf(entry.time) };
  },
  split: splitEntries,
};

const entryLists = ["changes", "messaging", "standby"];

/** One event for each change or message, in the envelope that has its object and account. */
function splitEntries({ entry: entries, ...beside }: JsonObject): readonly unknown[] | undefined {
  const all = listOf(entries);
  if (all === undefined) return undefined;
  const events: unknown[] = [];
  let characters = jsonLength(beside) * all.length;
  for (const entry of all) {
    const split = isJsonObject(entry) ? splitEntry(entry) : undefined;
    if (split === undefined) {
      events.push({ ...beside, entry: [entry] });
      continue;
    }
    const { rest, elements } = split;
    characters += (jsonLength(rest) + jsonLength(beside)) * elements.length;
    if (characters > MOST_ENVELOPE_CHARACTERS) return undefined;
    for (const [list, element] of elements)
      events.push({ ...beside, entry: [{ ...rest, [list]: [element] }] });
  }
  return characters > MOST_ENVELOPE_CHARACTERS ? undefined : events;
}

/** @returns `undefined` where the entry lists nothing: it is then an event itself */
function splitEntry(entry: JsonObject) {
  const rest = { ...entry };
  const elements: (readonly [list: string, element: unknown])[] = [];
  for (const list of entryLists) {
    const listed = listOf(entry[list]);
    if (listed === undefined) continue;
    delete rest[list];
    for (const element of listed) elements.push([list, element]);
  }
  return elements.length === 0 ? undefined : { rest, elements };
}

/** Options of {@link meta}. */
export interface MetaOptions extends SourceOptions {
  /** The token that was typed into Meta's form. With it, the source answers Meta's check of the URL. */
  readonly verifyToken?: string | undefined;
}

/**
 * Meta: WhatsApp, Messenger, Instagram and Pages, with the app's secret. Events have no id of their own.
 */
export const meta = sender<MetaOptions>(
  {
    title: "Meta",
    docs: "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
    checked: "whatsapp-api-js",
    setup:
      "The app secret; under Webhooks of the product, the URL and a verify token that you make up (`verifyToken`).",
    identity: "digest",
    scheme: metaScheme,
    events: metaEvents,
    options: ["verifyToken"],
  },
  (options) => {
    const { verifyToken, ...rest } = options;
    // A key with the value undefined is an environment variable that is not set.
    if (!("verifyToken" in options)) return sourceOf(metaScheme, rest);
    const [token = ""] = secretTexts("meta", "verifyToken", verifyToken);
    const handshake = metaHandshake(tokenKey("meta", token, runtimeCrypto()));
    return sourceOf({ ...metaScheme, handshake }, rest);
  },
);
