import { EarshotError } from "../base/errors.js";
import type { Source } from "../model/source.js";
import { ownName, type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { headerOption } from "./hmac.js";

/** Options of {@link token}. */
export interface TokenOptions extends SourceOptions {
  /** The header that has the token. */
  readonly header: string;
  /** The name of the sender, in listener events and events. Default `"webhook"`. */
  readonly provider?: string | undefined;
  /** The header with the message's id. */
  readonly id?: string | undefined;
  /** The header with the name of the event. */
  readonly eventName?: string | undefined;
}

/**
 * Any sender that sends a shared secret in a header. Nothing is signed: prefer {@link hmac} where there is a choice.
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function token(options: TokenOptions): Source {
  sourceOptions("token", options, "header", "provider", "id", "eventName");
  const { header, provider, id, eventName, ...rest } = options;
  if (header === undefined) throw new EarshotError("ERR_OPTION", "token() needs `header`.");
  return sourceOf(
    {
      provider: ownName("token", provider, "webhook"),
      signature: { form: "token", header: headerOption("header", header) },
      ...(id === undefined ? {} : { id: headerOption("id", id) }),
      ...(eventName === undefined ? {} : { eventName: headerOption("eventName", eventName) }),
    },
    rest,
  );
}
