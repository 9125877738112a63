import type { JsonObject } from "../model/json.js";
import { optionalText, requiredText } from "./read.js";

/** What a tool and a trigger have in common. */
interface Definition {
  readonly name: string;
  /** The app in lower case. */
  readonly appName: string;
  readonly displayName: string;
  readonly description: string;
}

/** @throws ApiError ERR_BAD_ANSWER without a name or an app */
export function definitionV1(from: JsonObject, what: string): Definition {
  const name = requiredText(from, "name", what);
  return {
    name,
    // `appKey` is the name for other calls; some responses have only `appName`.
    appName: (optionalText(from.appKey) ?? requiredText(from, "appName", what)).toLowerCase(),
    displayName: optionalText(from.displayName) ?? optionalText(from.display_name) ?? name,
    description: optionalText(from.description) ?? "",
  };
}

/** @throws ApiError ERR_BAD_ANSWER without a name or an app */
export function definitionV3(from: JsonObject, what: string): Definition {
  const name = requiredText(from, "slug", what);
  return {
    name,
    appName: requiredText(from, "toolkit.slug", what).toLowerCase(),
    displayName: optionalText(from.name) ?? name,
    description: optionalText(from.description) ?? "",
  };
}
