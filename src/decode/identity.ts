import type { Origin } from "../model/verified.js";
import { ContentDigest } from "./digest.js";
import type { Fields } from "./fields.js";
import { sha256Hex } from "./sha256.js";

/** What tells an event from others, and its copies. */
export interface Identity {
  /** The event's own id; `undefined` where the sender gives none. */
  readonly id: string | undefined;
  /** Further deduplication keys. */
  readonly keys: readonly string[];
  /** Hashes of the content, where a copy without an id may come; see `ContentMatch` of the inbox. */
  readonly hashes: readonly string[];
  /** Where there is no id: a key for copies that the sender sends while it waits for its response. */
  readonly contentKey: string | undefined;
}

const none: readonly string[] = Object.freeze([]);

/** Hex characters of a digest that stand in a key: 128 bits. */
const DIGEST_CHARACTERS = 32;

/**
 * Senders that sign the body and not the id, and whose bodies differ from event to event: the body is a key, so that a
 * captured request runs once whatever id it is sent with. `"named"`: bodies of two topics may be equal.
 */
const bodiesDiffer: ReadonlyMap<string, "always" | "named"> = new Map([
  ["github", "always"],
  ["shopify", "named"],
]);

/** Ids of ours look like this; one of the platform that does too is marked as the platform's. */
const OURS = /^(?:key|undecodable|composio):|@\//;

/**
 * The identity of one of the platform's events: its log id, else its message id, else its content.
 *
 * @param contents whether copies in the shape without an id may come: then the content is hashed, which costs as much
 *   again as the rest of decoding
 */
export function platformIdentity(fields: Fields, origin: Origin, contents: boolean, raw: string): Identity {
  const given = fields.logId ?? fields.messageId ?? origin.messageId;
  const id = given !== undefined && OURS.test(given) ? `composio:${bounded(given)}` : given && bounded(given);
  if (id !== undefined && !contents) return { id, keys: none, hashes: none, contentKey: undefined };
  const digest = new ContentDigest(fields.triggerName, fields.payload, raw);
  const { triggerId, otherTriggerId } = fields;
  const hashes = [digest.of(triggerId)];
  if (otherTriggerId !== undefined && otherTriggerId !== triggerId) hashes.push(digest.of(otherTriggerId));
  return { id, keys: none, hashes, contentKey: undefined };
}

/**
 * The identity of a direct sender's event. It belongs to the route that took it: another route's sender can neither
 * repeat nor hide it. An id in the body, or in a signed header, is enough; one in an unsigned header counts only
 * together with the body.
 *
 * @param bodyId the id in the signed body
 */
export function providerIdentity(
  origin: Origin,
  bodyId: string | undefined,
  eventName: string,
  body: Uint8Array | string,
): Identity {
  const { provider, messageId, part } = origin;
  const source = `@${origin.route ?? "/"}`;
  const own = (text: string) => `${provider}:${bounded(text)}${source}`;
  const element = part === undefined ? "" : `#${part}`;
  if (bodyId !== undefined) return identified(own(bodyId), none);
  if (messageId !== undefined && origin.digest === undefined)
    return identified(own(messageId + element), none);
  const digest = (origin.digest ?? sha256Hex(body)).slice(0, DIGEST_CHARACTERS);
  if (messageId !== undefined) {
    const differ = bodiesDiffer.get(provider);
    const name = differ === "named" ? `:${eventName}` : "";
    const keys = differ === undefined ? none : [own(`body:${digest}${element}${name}`)];
    return identified(own(`${messageId}:${digest}${element}`), keys);
  }
  const contentKey = own(`body:${digest}${element}${requestFacts(origin)}`);
  return { id: undefined, keys: none, hashes: none, contentKey };
}

/** Headers in which a second try of a delivery may differ from the first. */
const perTry = /^(?:date|user-agent|traceparent|tracestate|x-request-id)$|time|attempt|retry|trace/;

/**
 * What tells deliveries with equal bodies apart: who an empty body is about stands in headers, the path or the query.
 * A second try that differs here runs again, which is better than an event that does not.
 */
function requestFacts({ request }: Origin): string {
  if (request === undefined) return "";
  const headers = Object.entries(request.headers).filter(([name]) => !perTry.test(name));
  const facts = JSON.stringify([request.path, Object.entries(request.query), headers]);
  return `:${sha256Hex(facts).slice(0, DIGEST_CHARACTERS)}`;
}

/** Characters of an id; senders' own are far shorter. */
const LONGEST = 512;

/** An id that every store can hold, and that stays another than all others. */
export function bounded(id: string): string {
  if (id.length <= LONGEST && !id.includes("\0") && isWellFormed(id)) return id;
  return `sha256:${sha256Hex(JSON.stringify(id))}`;
}

const loneSurrogate = /\p{Surrogate}/u;

function isWellFormed(text: string): boolean {
  return !loneSurrogate.test(text);
}

function identified(id: string, keys: readonly string[]): Identity {
  return { id, keys, hashes: none, contentKey: undefined };
}
