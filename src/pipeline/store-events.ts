import { DecodeError, InvalidError, messageOf, RejectedError } from "../base/errors.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import { validate, validateOrReject } from "../callbacks/validate-payload.js";
import type { Decoded } from "../decode/index.js";
import type { Route } from "../model/route.js";
import type { StandardSchema } from "../model/standard-schema.js";
import type { Verified } from "../model/verified.js";
import { isNew, isNotStored, type ReceiveResult } from "./responses.js";
import type { EventStore } from "./store.js";

/**
 * Validates and stores the events of one delivery.
 *
 * @param copyKeys gets the keys of the deliveries whose equal bodies are copies until the response is sent
 * @throws RejectedError ERR_SCHEMA
 */
export function storeEvents(
  store: EventStore,
  verified: Verified,
  events: readonly Decoded[],
  route: Route | undefined,
  copyKeys: string[],
): MaybePromise<ReceiveResult> {
  const [first] = events;
  return first !== undefined && events.length === 1
    ? storeOne(store, verified, first, route, copyKeys)
    : storeList(store, verified, events, route, copyKeys);
}

/** A list is acknowledged when all of it is stored. What was stored of one that failed is a duplicate then. */
async function storeList(
  store: EventStore,
  verified: Verified,
  events: readonly Decoded[],
  route: Route | undefined,
  copyKeys: string[],
): Promise<ReceiveResult> {
  if (route?.schema !== undefined && route.onInvalid === "reject") {
    for (const { event } of events) await validateOrReject(route.schema, event.payload);
  }
  const results = await Promise.all(events.map((event) => storeOne(store, verified, event, route, copyKeys)));
  return results.find(isNotStored) ?? results.find(isNew) ?? "duplicate";
}

function storeOne(
  store: EventStore,
  verified: Verified,
  decoded: Decoded,
  route: Route | undefined,
  copyKeys: string[],
): MaybePromise<ReceiveResult> {
  return route?.schema === undefined
    ? store.store(verified, decoded, route, copyKeys)
    : storeValid(store, verified, decoded, route, route.schema, copyKeys);
}

/** Where the payload does not match, the event is dead-lettered, or rejected if the route is configured so. */
function storeValid(
  store: EventStore,
  verified: Verified,
  decoded: Decoded,
  route: Route,
  schema: StandardSchema,
  copyKeys: string[],
): MaybePromise<ReceiveResult> {
  const invalid = (error: unknown): MaybePromise<ReceiveResult> => {
    const isInvalid = error instanceof InvalidError;
    if (route.onInvalid === "reject")
      throw isInvalid ? new RejectedError("ERR_SCHEMA", 400, error.message, { cause: error }) : error;
    // Not every sender tries again, so an event is stored as well where its schema throws.
    const why = isInvalid ? error.message : `The schema of the route threw: ${messageOf(error)}`;
    return store.deadLetter(verified, new DecodeError("ERR_SCHEMA", why, { cause: error }), decoded);
  };
  let valid: unknown;
  try {
    valid = validate(schema, decoded.event.payload);
  } catch (error) {
    return invalid(error);
  }
  const onValid = () => store.store(verified, decoded, route, copyKeys);
  return valid instanceof Promise ? valid.then(onValid, invalid) : onValid();
}
