import { chain } from "../base/maybe-promise.js";
import type { StandardSchema } from "../model/standard-schema.js";
import type { Handler } from "./callback.js";
import { validate } from "./validate-payload.js";

/** A handler that is given what the schema makes of the payload, and fails with ERR_SCHEMA where it does not match. */
export function withSchema(handler: Handler, schema: StandardSchema): Handler {
  return (event, context) =>
    chain(validate(schema, event.payload), (payload) =>
      handler({ ...event, payload: payload as never }, context),
    );
}
