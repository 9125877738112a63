import type { Source } from "../model/source.js";
import { tokenKey } from "../verify/keys.js";
import type { Scheme } from "../verify/scheme.js";
import { secretTexts } from "../verify/secrets.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { thisPlatform } from "../verify/this-platform.js";
import { metaHandshake } from "./handshakes/meta.js";

export const metaScheme: Scheme = {
  provider: "meta",
  signature: {
    form: "plain",
    header: "x-hub-signature-256",
    prefix: "sha256=",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
};

/** What {@link meta} takes. */
export interface MetaOptions extends SourceOptions {
  /** The token that was typed into Meta's form. With it, the source answers Meta's check of the URL. */
  readonly verifyToken?: string | undefined;
}

/**
 * Meta: WhatsApp, Messenger, Instagram and Pages, with the app's secret. Events have no id of their own.
 * https://developers.facebook.com/docs/graph-api/webhooks/getting-started
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function meta(options: MetaOptions): Source {
  sourceOptions("meta", options, "verifyToken");
  const { verifyToken, ...rest } = options;
  // A key with the value undefined is an environment variable that nobody set.
  if (!("verifyToken" in options)) return sourceOf(metaScheme, rest);
  const [token = ""] = secretTexts("meta", "verifyToken", verifyToken);
  const handshake = metaHandshake(tokenKey("meta", token, thisPlatform()));
  return sourceOf({ ...metaScheme, handshake }, rest);
}
