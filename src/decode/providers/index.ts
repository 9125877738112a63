import { isJsonObject } from "../../model/json.js";
import type { Origin } from "../../model/verified.js";
import { anyProvider, providers } from "./table.js";

export { providerBody } from "./form.js";

/** What an event of a provider is called, and what tells it from others. */
export interface ProviderEvent {
  readonly triggerName: string;
  readonly appName: string;
  /** Begins with the provider's name, so that one sender cannot take another's ids. */
  readonly id: string | undefined;
  readonly timestamp: Date | undefined;
  /** The body as the provider sends it; a list stands in `items`. */
  readonly payload: unknown;
}

/** Hex characters of a digest that stand in an id: 128 bits. */
const DIGEST_CHARACTERS = 32;

/**
 * Reads a webhook that came straight from an app.
 *
 * The id is the one in the body where the row knows one, for there it is proved with the body. Else it is the
 * header's; where no signature covers that header, the body's digest is part of the id.
 *
 * @param body the parsed body, of any type
 */
export function providerEvent(origin: Origin, body: unknown): ProviderEvent {
  const payload = Array.isArray(body) ? { items: body } : body;
  const read = providers.get(origin.provider) ?? anyProvider;
  const facts = isJsonObject(payload) ? read(payload, origin) : {};
  const id = facts.id ?? headerId(origin);
  return {
    triggerName: facts.name ?? origin.eventName ?? origin.provider,
    appName: origin.provider.toLowerCase(),
    id: id === undefined ? undefined : `${origin.provider}:${id}`,
    timestamp: facts.at,
    payload,
  };
}

function headerId({ messageId, digest }: Origin): string | undefined {
  if (digest === undefined) return messageId;
  const short = digest.slice(0, DIGEST_CHARACTERS);
  return messageId === undefined ? short : `${messageId}:${short}`;
}
