import { sha256Hex } from "../decode/sha256.js";
import type { Delivery } from "../model/delivery.js";
import type { ListedFacts } from "../model/sender-log.js";
import type { Origin } from "../model/verified.js";

/** The origin of an event whose sender was asked for it, with the credentials of its API: it needs no signature. */
export function listedOrigin({ body }: Delivery, facts: ListedFacts): Origin {
  const { provider, path, id, idSigned = false, eventName, at } = facts;
  return {
    provider,
    signed: true,
    route: path,
    messageId: id,
    eventName,
    sentAt: at,
    digest: id !== undefined && idSigned ? undefined : sha256Hex(body),
  };
}
