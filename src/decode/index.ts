import { DecodeError } from "../base/errors.js";
import type { Delivery } from "../model/delivery.js";
import type { TriggerEvent } from "../model/event.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import type { Origin, Verified } from "../model/verified.js";
import { partsOf, providerEvent } from "../providers/readers/index.js";
import { type AppNames, appByPrefix } from "./app-names.js";
import { type ReadBody, readBody } from "./body.js";
import type { Fields, ShapeReader } from "./fields.js";
import { type Identity, platformIdentity, providerIdentity } from "./identity.js";
import { readAdmin } from "./shapes/admin.js";
import { readRealtimeLegacy } from "./shapes/realtime-legacy.js";
import { readV1 } from "./shapes/v1.js";
import { readV2 } from "./shapes/v2.js";
import { readV3 } from "./shapes/v3.js";
import { jsonOf, textOf, withoutByteOrderMark } from "./text.js";

/** An event that came out of a delivery, and what its record is to have. */
export interface Decoded extends Pick<Identity, "keys" | "hashes" | "contentKey"> {
  readonly event: TriggerEvent;
  /** Whether the event's id is the sender's. */
  readonly hasId: boolean;
  readonly origin: Origin;
  /** What the event is decoded from again. */
  readonly body: Uint8Array | string;
}

/** How to decode. */
export interface DecodeOptions {
  /** Whether copies in the shape without an id may come on another transport: then content is hashed. */
  readonly contents: boolean;
  /** What is known of the apps of triggers. Default: nothing. */
  readonly apps?: AppNames;
}

const NO_SLUGS: ReadonlySet<string> = new Set();

/** The platform's shapes, the commonest first. No body is of two of them. */
const platformShapes: readonly ShapeReader[] = [readV3, readRealtimeLegacy, readV1, readV2, readAdmin];

/**
 * Makes events of a verified delivery, whatever shape it came in: one, or one for each element of a list.
 *
 * @throws DecodeError ERR_NOT_UTF8, ERR_NOT_JSON, ERR_SHAPE
 */
export function decode(verified: Verified, options: DecodeOptions): readonly Decoded[] {
  const { delivery } = verified;
  const origin = withRequest(verified.origin, delivery.request);
  if (origin.provider === "composio") return [decodePlatform(delivery, origin, options)];
  const { body } = delivery;
  const read = readBody(body, origin.provider, contentTypeOf(delivery));
  const parts = partsOf(origin.provider, read.value);
  if (parts === undefined) return [decodeProvider(delivery, origin, body, read)];
  return parts.map((value, part) => {
    const raw = JSON.stringify(value);
    return decodeProvider(delivery, { ...origin, part }, raw, { raw, value });
  });
}

/** A source of this package has added the request already. */
function withRequest(origin: Origin, request: Delivery["request"]): Origin {
  return request === undefined || origin.request !== undefined ? origin : { ...origin, request };
}

function contentTypeOf({ http }: Delivery): string | undefined {
  const value = http?.header("content-type");
  return typeof value === "string" ? value : value?.[0];
}

/** The event of a record, decoded again from what was stored. @throws DecodeError */
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

function readStored(body: Uint8Array | string, { provider, part, request }: Origin): ReadBody {
  // An element was written by us, as JSON.
  return readBody(body, provider, part === undefined ? request?.headers["content-type"] : "application/json");
}

type Received = Pick<Delivery, "source" | "body" | "receivedAt">;

function decodePlatform(delivery: Received, origin: Origin, options: DecodeOptions): Decoded {
  const { body } = delivery;
  const raw = textOf(body);
  const fields = platformFields(jsonOf(withoutByteOrderMark(raw)));
  const identity = platformIdentity(fields, origin, options.contents, raw);
  const appName = appOf(fields, options.apps);
  return decoded(delivery, origin, { raw, body, identity, fields, appName });
}

function decodeProvider(
  delivery: Received,
  origin: Origin,
  body: Uint8Array | string,
  { raw, value }: ReadBody,
): Decoded {
  const { provider, messageId, eventName } = origin;
  const event = providerEvent(origin, value);
  const fields: Fields = {
    triggerName: event.triggerName,
    // A list that was not split stands in `items`.
    payload: (Array.isArray(value) ? { items: value } : value) as JsonObject,
    metadata: { provider, messageId, eventName },
    timestamp: event.timestamp,
  };
  const identity = providerIdentity(origin, event.id, event.triggerName, body);
  return decoded(delivery, origin, { raw, body, identity, fields, appName: provider.toLowerCase() });
}

function decoded(
  { source, receivedAt }: Received,
  origin: Origin,
  parts: {
    readonly raw: string;
    readonly body: Uint8Array | string;
    readonly identity: Identity;
    readonly fields: Fields;
    readonly appName: string;
  },
): Decoded {
  const { raw, body, identity, fields, appName } = parts;
  const at = new Date(receivedAt);
  const { keys, hashes, contentKey } = identity;
  return {
    event: {
      id: identity.id ?? `${origin.provider}:${globalThis.crypto.randomUUID()}@${origin.route ?? "/"}`,
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

function platformFields(body: unknown): Fields {
  if (isJsonObject(body)) {
    for (const read of platformShapes) {
      const fields = read(body);
      if (fields !== undefined) return fields;
    }
  }
  throw new DecodeError("ERR_SHAPE", `The body is no event that this package knows: ${outline(body)}.`);
}

/** The app's slug: by the platform's trigger type, by the shape, or by how the trigger's name begins. */
function appOf({ triggerName, appName }: Fields, apps: AppNames | undefined): string {
  if (apps === undefined) return appName ?? appByPrefix(triggerName, NO_SLUGS);
  const app = apps.of(triggerName, appName);
  if (appName !== undefined) apps.learn(triggerName, app);
  return app;
}

/** What a body looks like, short, for a message: its members' names, not their contents. */
function outline(body: unknown): string {
  if (Array.isArray(body)) return `an array of ${body.length}`;
  if (!isJsonObject(body)) return body === null ? "null" : `a ${typeof body}`;
  const names = Object.keys(body);
  const shown = names.slice(0, 12).join(", ");
  return `an object with ${names.length === 0 ? "no members" : `the members ${shown}${names.length > 12 ? ", …" : ""}`}`;
}
