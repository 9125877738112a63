import { DecodeError } from "../errors.js";
import type { TriggerEvent } from "../model/event.js";
import { isJsonObject } from "../model/json.js";
import type { Origin, Verified } from "../model/verified.js";
import { type AppNames, appByPrefix } from "./app-names.js";
import { ContentDigest } from "./digest.js";
import type { Fields, ShapeReader } from "./fields.js";
import { providerFields } from "./provider-fields.js";
import { readAdmin } from "./shapes/admin.js";
import { readRealtimeLegacy } from "./shapes/realtime-legacy.js";
import { readV1 } from "./shapes/v1.js";
import { readV2 } from "./shapes/v2.js";
import { readV3 } from "./shapes/v3.js";
import { jsonOf, textOf } from "./text.js";

/** What came out of a delivery. */
export interface Decoded {
  readonly event: TriggerEvent;
  /** See `Entry.twin` of the inbox. */
  readonly twin: string | undefined;
}

const NO_SLUGS: ReadonlySet<string> = new Set();

/** The platform's shapes, the commonest first. No body is of two of them. */
const platformShapes: readonly ShapeReader[] = [readV3, readRealtimeLegacy, readV1, readV2, readAdmin];

/**
 * Makes one event of a verified delivery, whatever shape it came in.
 *
 * @param options.twins whether copies in the shape without an id may come on another transport: then the
 *   content's digest is made too, which costs as much again as everything else here
 * @param options.apps what is known of the apps of triggers. Default: nothing
 * @throws DecodeError ERR_NOT_UTF8, ERR_NOT_JSON, ERR_SHAPE
 */
export function decode(
  verified: Verified,
  options: { readonly twins: boolean; readonly apps?: AppNames },
): Decoded {
  const { delivery, origin } = verified;
  const raw = textOf(delivery.body);
  const fields = origin.provider === "composio" ? platformFields(jsonOf(raw)) : providerFields(origin, raw);
  const receivedAt = new Date(delivery.receivedAt);
  const identity = identityOf(fields, origin, options.twins);
  return {
    event: {
      id: identity.id,
      triggerName: fields.triggerName,
      appName:
        origin.provider === "composio" ? appOf(fields, options.apps) : (fields.appName ?? origin.provider),
      triggerId: fields.triggerId,
      connectionId: fields.connectionId,
      integrationId: fields.integrationId,
      entityId: fields.entityId,
      payload: fields.payload,
      originalPayload: fields.originalPayload,
      metadata: fields.metadata,
      timestamp: fields.timestamp ?? (origin.sentAt === undefined ? receivedAt : new Date(origin.sentAt)),
      receivedAt,
      source: delivery.source,
      raw,
    },
    twin: identity.twin,
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

/** The log id, else the message id, else the digest of the content. */
function identityOf(
  fields: Fields,
  origin: Origin,
  twins: boolean,
): { id: string; twin: string | undefined } {
  const id = fields.logId ?? fields.messageId ?? origin.messageId;
  if (id !== undefined && !twins) return { id, twin: undefined };
  const digest = new ContentDigest(fields.triggerName, fields.payload);
  if (id !== undefined) return { id, twin: digest.of(fields.triggerId) };
  const { otherTriggerId } = fields;
  return {
    id: digest.of(fields.triggerId),
    twin: otherTriggerId === undefined ? undefined : digest.of(otherTriggerId),
  };
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
