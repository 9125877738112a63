import { joinedText } from "../base/joined-text.js";
import { isJsonObject } from "../model/json.js";
import type { Origin } from "../model/verified.js";
import { eventFormats, type ProviderEvent } from "../providers/event-formats.js";
import { ContentHash } from "./content-hash.js";
import type { Fields } from "./platform-shapes.js";
import { sha256Hex } from "./sha256.js";

/** The id and the keys by which an event and its copies are known. */
export interface DeduplicationKeys {
  /** The event's own id; `undefined` where the sender gives none. */
  readonly id: string | undefined;
  /** Further deduplication keys. */
  readonly keys: readonly string[];
  /** Content hashes, where a copy without an id may come; see `ContentMatch` of the inbox. */
  readonly hashes: readonly string[];
  /** Without an id: the key of copies that the sender sends while it waits for its response. */
  readonly contentKey: string | undefined;
}

const none: readonly string[] = Object.freeze([]);

/** Hex characters of a digest in a key: 128 bits. */
const DIGEST_CHARACTERS = 32;

/** Ids that this package makes. An id of the platform in this form gets a prefix. */
const OURS = /^(?:key|undecodable|composio):|@\//;

/**
 * The keys of the platform's events: the log id, else the message id, else the content hash.
 *
 * @param contents whether copies in the shape without an id may come: then the content is hashed, which costs as much
 *   as the rest of decoding
 */
export function platformKeys(
  fields: Fields,
  origin: Origin,
  contents: boolean,
  raw: string,
): DeduplicationKeys {
  const given = fields.logId ?? fields.messageId ?? origin.messageId;
  const id =
    given !== undefined && OURS.test(given) ? `composio:${boundedKey(given)}` : given && boundedKey(given);
  if (id !== undefined && !contents) return { id, keys: none, hashes: none, contentKey: undefined };
  const digest = new ContentHash(fields.triggerName, fields.payload, raw);
  const { triggerId, otherTriggerId } = fields;
  const hash = digest.of(triggerId && boundedKey(triggerId));
  // Lists of just this size: one that grows has room for 17.
  const hashes =
    otherTriggerId === undefined || otherTriggerId === triggerId
      ? [hash]
      : [hash, digest.of(boundedKey(otherTriggerId))];
  return { id, keys: none, hashes, contentKey: undefined };
}

/**
 * The keys of a direct sender's event. They include the route: another route's sender can neither repeat nor hide the
 * event. An id in the body, or in a signed header, is enough. An id in an unsigned header counts only together with the
 * body's digest.
 */
export function providerKeys(
  origin: Origin,
  { id: bodyId, content, triggerName, repeats }: ProviderEvent,
  body: Uint8Array | string,
  raw: string,
): DeduplicationKeys {
  const { provider, messageId, part } = origin;
  const source = `@${origin.route ?? "/"}`;
  const own = (text: string) => joinedText(provider, ":", boundedKey(text), source);
  const element = part === undefined ? "" : `#${part}`;
  if (bodyId !== undefined) return identified(own(bodyId), none);
  if (content !== undefined) {
    const hash = new ContentHash(triggerName, content, raw).of(undefined);
    return identified(own(`content:${hash.slice(0, DIGEST_CHARACTERS)}`), none);
  }
  if (messageId !== undefined && origin.digest === undefined)
    return identified(own(messageId + element), none);
  const digest = (origin.digest ?? sha256Hex(body)).slice(0, DIGEST_CHARACTERS);
  if (messageId !== undefined) {
    const bodyKey = eventFormats.get(provider)?.bodyKey;
    const name = bodyKey === "by-name" ? `:${triggerName}` : "";
    const keys = bodyKey === undefined || repeats === true ? none : [own(`body:${digest}${element}${name}`)];
    return identified(own(`${messageId}:${digest}${element}`), keys);
  }
  const contentKey = own(`body:${digest}${element}${requestFacts(origin)}`);
  return { id: undefined, keys: none, hashes: none, contentKey };
}

/**
 * A further key for an event whose id is not signed: the id with the values of the body. A copy that the sender's API
 * returns has the same, though its bytes differ.
 *
 * @throws DecodeError ERR_SHAPE where the payload is nested too deeply
 */
export function withContent(
  known: DeduplicationKeys,
  { provider, messageId, digest, part, route }: Origin,
  { triggerName, payload }: Pick<Fields, "triggerName" | "payload">,
  raw: string,
): DeduplicationKeys {
  // A payload of text or bytes has no other form.
  if (messageId === undefined || digest === undefined || !isJsonObject(payload)) return known;
  const hash = new ContentHash(triggerName, payload, raw).of(`${messageId}#${part ?? ""}`);
  return {
    ...known,
    keys: [...known.keys, `${provider}:content:${hash.slice(0, DIGEST_CHARACTERS)}@${route ?? "/"}`],
  };
}

/** Headers in which a second try of a delivery may differ from the first: the sender's own. */
const perTry = /^(?:date|user-agent|x-request-id)$|time|attempt|retry|trace|^x-b3-/;

/** Headers in which proxies name the request, or the address that it came from: each try has its own. */
const ofProxies: ReadonlySet<string> = new Set([
  "cf-connecting-ip",
  "cf-ray",
  "fly-request-id",
  "true-client-ip",
  "x-amz-cf-id",
  "x-azure-ref",
  "x-forwarded-for",
  "x-real-ip",
  "x-request-start",
  "x-vercel-id",
]);

/**
 * Facts that distinguish deliveries with equal bodies: headers, the path, the query. A second try that differs here
 * runs again, which is better than an event that never runs.
 */
function requestFacts({ request }: Origin): string {
  if (request === undefined) return "";
  const headers = Object.entries(request.headers).filter(
    ([name]) => !perTry.test(name) && !ofProxies.has(name),
  );
  const facts = JSON.stringify([request.path, Object.entries(request.query), headers]);
  return `:${sha256Hex(facts).slice(0, DIGEST_CHARACTERS)}`;
}

/** Characters of an id; senders' own are far shorter. */
const LONGEST = 512;

/** An id in a form that every store can hold. Different ids stay different. */
export function boundedKey(id: string): string {
  if (id.length <= LONGEST && !id.includes("\0") && id.isWellFormed()) return id;
  return `sha256:${sha256Hex(JSON.stringify(id))}`;
}

function identified(id: string, keys: readonly string[]): DeduplicationKeys {
  return { id, keys, hashes: none, contentKey: undefined };
}
