import { DecodeError } from "../base/errors.js";
import { ignore, isThenable } from "../base/foreign-promise.js";
import { joinedText } from "../base/joined-text.js";
import { messageOf } from "../base/message-of.js";
import { contentTypeOf, type Delivery } from "../model/delivery.js";
import type { TriggerEvent } from "../model/event.js";
import type { JsonObject } from "../model/json.js";
import type { Route } from "../model/route.js";
import type { Source } from "../model/source.js";
import type { Origin, ReadFacts, Verified } from "../model/verified.js";
import { type ProviderEvent, readEvent, splitEvents } from "../providers/event-formats.js";
import { type AppNames, appByPrefix } from "./app-names.js";
import { jsonOf, type ReadBody, readBody, textOf, withoutByteOrderMark } from "./body.js";
import { type DeduplicationKeys, platformKeys, providerKeys, withContent } from "./deduplication-keys.js";
import { type Fields, platformFields } from "./platform-shapes.js";
import { readBySource } from "./source-read.js";

/** A decoded event, and the facts for its record. */
export interface Decoded extends Pick<DeduplicationKeys, "keys" | "hashes" | "contentKey"> {
  readonly event: TriggerEvent;
  /** Whether the event's id is the sender's. */
  readonly hasId: boolean;
  readonly origin: Origin;
  /** The bytes from which the record is decoded again. */
  readonly body: Uint8Array | string;
}

/** Options of {@link decode}. */
export interface DecodeOptions {
  /** Whether copies in the shape without an id may come on another transport: then content is hashed. */
  readonly contents: boolean;
  /** Whether copies may come with other bytes for equal values, as a sender's API returns them. Default: false. */
  readonly rewritten?: boolean;
  /** The known apps of triggers. Default: none. */
  readonly apps?: AppNames;
  /** The source's own reader. Default: the format of its provider. */
  readonly read?: Source["read"];
  /** The route's parser of bodies that are neither JSON nor a form. */
  readonly parse?: Route["parse"];
}

const NO_SLUGS: ReadonlySet<string> = new Set();

/**
 * Makes the events of a verified delivery in any shape: one, or one for each element of a list.
 *
 * @throws DecodeError ERR_NOT_UTF8, ERR_NOT_JSON, ERR_SHAPE
 */
export function decode(verified: Verified, options: DecodeOptions): readonly Decoded[] {
  const { delivery } = verified;
  const origin = withDelivery(verified.origin, delivery);
  if (origin.provider === "composio") return [decodePlatform(delivery, origin, options)];
  const { body } = delivery;
  const contentType = contentTypeOf(delivery.http);
  const asSent = readBody(body, origin.format ?? origin.provider, contentType);
  const { parse, rewritten } = options;
  const isParsed = parse !== undefined && typeof asSent.value === "string";
  const read = isParsed ? { raw: asSent.raw, value: parsedBy(parse, asSent.raw, contentType) } : asSent;
  if (options.read !== undefined) {
    return readBySource(options.read, read, origin).map(({ raw, value, facts }, part) =>
      decodeProvider(delivery, { ...origin, part, read: facts }, raw, { raw, value }, rewritten),
    );
  }
  // What the route has parsed is stored as JSON, like an element of a list.
  const parts = splitEvents(origin, read.value) ?? (isParsed ? [read.value] : undefined);
  if (parts === undefined) return [decodeProvider(delivery, origin, body, read, rewritten)];
  return parts.map((value, part) => {
    const raw = JSON.stringify(value);
    return decodeProvider(delivery, { ...origin, part }, raw, { raw, value }, rewritten);
  });
}

/** @throws DecodeError ERR_SHAPE where the route's parser throws, or returns what JSON cannot hold */
function parsedBy(
  parse: NonNullable<Route["parse"]>,
  text: string,
  contentType: string | undefined,
): unknown {
  try {
    const parsed = parse(text, contentType);
    // JSON makes an empty object of a promise, and its rejection would end the process.
    if (isThenable(parsed)) {
      ignore(parsed);
      throw new TypeError("it returned a promise, and has to return the payload itself.");
    }
    return JSON.parse(JSON.stringify(parsed)) as unknown;
  } catch (cause) {
    throw new DecodeError("ERR_SHAPE", `\`parse\` of the route failed: ${messageOf(cause)}`, { cause });
  }
}

/** Sources of this package add both themselves. Attempts link to the span of the delivery, after a restart too. */
function withDelivery(origin: Origin, { request: sent, traceparent }: Delivery): Origin {
  const request = origin.request ?? sent;
  if (request === origin.request && traceparent === origin.traceparent) return origin;
  return { ...origin, request, traceparent };
}

/** The event of a stored record, decoded again. @throws DecodeError */
export function decodeRecord(
  record: Received & { readonly id: string; readonly origin: Origin },
  apps: AppNames,
): TriggerEvent {
  const { origin, body } = record;
  const { event } =
    origin.provider === "composio"
      ? decodePlatform(record, origin, { contents: false, apps })
      : decodeProvider(record, origin, body, readStored(body, origin));
  return event.id === record.id ? event : { ...event, id: record.id };
}

function readStored(body: Uint8Array | string, { provider, format, part, request }: Origin): ReadBody {
  // An element of a list is stored as JSON.
  return readBody(
    body,
    format ?? provider,
    part === undefined ? request?.headers["content-type"] : "application/json",
  );
}

type Received = Pick<Delivery, "source" | "body" | "receivedAt">;

function decodePlatform(delivery: Received, origin: Origin, options: DecodeOptions): Decoded {
  const { body } = delivery;
  const raw = textOf(body);
  const fields = platformFields(jsonOf(withoutByteOrderMark(raw)));
  const identity = platformKeys(fields, origin, options.contents, raw);
  const appName = appOf(fields, options.apps);
  return decoded(delivery, origin, { raw, body, identity, fields, appName });
}

function decodeProvider(
  delivery: Received,
  origin: Origin,
  body: Uint8Array | string,
  { raw, value }: ReadBody,
  rewritten = false,
): Decoded {
  const { provider, messageId, eventName } = origin;
  const event = origin.read === undefined ? readEvent(origin, value) : readFacts(origin, origin.read);
  const fields: Fields = {
    triggerName: event.triggerName,
    // A list that was not split is in `items`.
    payload: (Array.isArray(value) ? { items: value } : value) as JsonObject,
    metadata: { provider, messageId, eventName },
    timestamp: event.timestamp,
  };
  const known = providerKeys(origin, event, body, raw);
  const identity = rewritten ? withContent(known, origin, fields, raw) : known;
  return decoded(delivery, origin, { raw, body, identity, fields, appName: provider.toLowerCase() });
}

function readFacts({ provider, eventName }: Origin, { name, id, at }: ReadFacts): ProviderEvent {
  const timestamp = at === undefined ? undefined : new Date(at);
  return { triggerName: name ?? eventName ?? provider, id, timestamp };
}

function decoded(
  { source, receivedAt }: Received,
  origin: Origin,
  parts: {
    readonly raw: string;
    readonly body: Uint8Array | string;
    readonly identity: DeduplicationKeys;
    readonly fields: Fields;
    readonly appName: string;
  },
): Decoded {
  const { raw, body, identity, fields, appName } = parts;
  const at = new Date(receivedAt);
  const { keys, hashes, contentKey } = identity;
  return {
    event: {
      id:
        identity.id ??
        joinedText(origin.provider, ":", globalThis.crypto.randomUUID(), "@", origin.route ?? "/"),
      triggerName: fields.triggerName,
      appName,
      triggerId: fields.triggerId,
      connectionId: fields.connectionId,
      integrationId: fields.integrationId,
      entityId: fields.entityId,
      payload: fields.payload,
      originalPayload: fields.originalPayload,
      metadata: fields.metadata,
      timestamp: fields.timestamp ?? (origin.sentAt === undefined ? at : new Date(origin.sentAt)),
      receivedAt: at,
      source,
      origin: { provider: origin.provider, route: origin.route, signed: origin.signed },
      request: origin.request,
      raw,
    },
    hasId: identity.id !== undefined,
    keys,
    hashes,
    contentKey,
    origin,
    body,
  };
}

/** The app's slug: from the trigger type, the shape, or the prefix of the trigger's name. */
function appOf({ triggerName, appName }: Fields, apps: AppNames | undefined): string {
  if (apps === undefined) return appName ?? appByPrefix(triggerName, NO_SLUGS);
  const app = apps.of(triggerName, appName);
  if (appName !== undefined) apps.learn(triggerName, app);
  return app;
}
