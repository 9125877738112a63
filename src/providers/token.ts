import { EarshotError } from "../base/errors.js";
import type { Source } from "../model/source.js";
import type { SignaturePlace } from "../verify/scheme.js";
import { ownName, type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { headerOption } from "./hmac.js";

/** Options of {@link token}. One of `header`, `query` and `member` has the token. */
export interface TokenOptions extends SourceOptions {
  /** The header that has the token. */
  readonly header?: string | undefined;
  /** What stands before the token in its header: `Bearer `. Default: nothing. */
  readonly prefix?: string | undefined;
  /** The parameter of the URL's query that has it. Proxies may log a query. */
  readonly query?: string | undefined;
  /** The member of the JSON body that has it. */
  readonly member?: string | undefined;
  /** The name of the sender, in listener events and events. Default `"webhook"`. */
  readonly provider?: string | undefined;
  /** The header with the message's id. */
  readonly id?: string | undefined;
  /** The header with the name of the event. */
  readonly eventName?: string | undefined;
}

/**
 * Any sender that sends a shared secret: in a header, the query or the body. Nothing is signed: prefer {@link hmac} where
 * there is a choice.
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function token(options: TokenOptions): Source {
  sourceOptions("token", options, "header", "prefix", "query", "member", "provider", "id", "eventName");
  const { header, prefix, query, member, provider, id, eventName, ...rest } = options;
  return sourceOf(
    {
      provider: ownName("token", provider, "webhook"),
      signature: placeOf({ header, prefix, query, member }),
      ...(id === undefined ? {} : { id: headerOption("id", id) }),
      ...(eventName === undefined ? {} : { eventName: headerOption("eventName", eventName) }),
    },
    rest,
  );
}

function placeOf({ header, prefix, query, member }: TokenOptions): SignaturePlace {
  const given = [header, query, member].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw new EarshotError("ERR_OPTION", "token() needs one of `header`, `query` and `member`.");
  }
  if (header !== undefined) {
    if (prefix !== undefined && (typeof prefix !== "string" || !/^[\x20-\x7e]{0,64}$/.test(prefix))) {
      throw new EarshotError("ERR_OPTION", 'token: `prefix` is plain ASCII, such as "Bearer ".');
    }
    return { form: "token", header: headerOption("header", header), prefix };
  }
  if (prefix !== undefined) throw new EarshotError("ERR_OPTION", "token: `prefix` is for a `header`.");
  const [name] = given;
  if (typeof name !== "string" || !/^[\w.$-]{1,64}$/.test(name)) {
    throw new EarshotError(
      "ERR_OPTION",
      `token: \`${query === undefined ? "member" : "query"}\` is the name of a ${query === undefined ? "member of the body" : "query parameter"}.`,
    );
  }
  return query === undefined ? { form: "body-token", member: name } : { form: "token", query: name };
}
