import { DecodeError, InvalidError, messageOf, RejectedError } from "../base/errors.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import { validate } from "../callbacks/validate-payload.js";
import type { Decoded } from "../decode/index.js";
import type { Route } from "../model/route.js";
import type { StandardSchema } from "../model/standard-schema.js";
import type { Verified } from "../model/verified.js";
import type { ReceiveResult } from "./responses.js";
import type { EventStore } from "./store.js";

/**
 * Stores an event whose payload matches its route's schema. One that does not is dead-lettered, or rejected where the
 * route says so.
 *
 * @throws RejectedError ERR_SCHEMA
 */
export function validated(
  dead: Pick<EventStore, "deadLetter">,
  verified: Verified,
  decoded: Decoded,
  { onInvalid }: Route,
  schema: StandardSchema,
  store: () => MaybePromise<ReceiveResult>,
): MaybePromise<ReceiveResult> {
  const invalid = (error: unknown): MaybePromise<ReceiveResult> => {
    const isInvalid = error instanceof InvalidError;
    if (onInvalid === "reject")
      throw isInvalid ? new RejectedError("ERR_SCHEMA", 400, error.message, { cause: error }) : error;
    // Not every sender tries again, so an event is stored as well where its schema throws.
    const why = isInvalid ? error.message : `The schema of the route threw: ${messageOf(error)}`;
    return dead.deadLetter(verified, new DecodeError("ERR_SCHEMA", why, { cause: error }), decoded);
  };
  try {
    const valid = validate(schema, decoded.event.payload);
    return valid instanceof Promise ? valid.then(store, invalid) : store();
  } catch (error) {
    return invalid(error);
  }
}
