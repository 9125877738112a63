import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { headProbe } from "./handshakes/head-probe.js";

export const intercomScheme: Scheme = {
  provider: "intercom",
  signature: {
    form: "plain",
    header: "x-hub-signature",
    prefix: "sha1=",
    algorithm: "hmac-sha1",
    encoding: "hex",
  },
  bodyId: true,
  handshake: headProbe,
};

/**
 * Intercom: the app's client secret, with HMAC-SHA1. Answers its HEAD probe by itself.
 * https://developers.intercom.com/docs/webhooks/webhook-notifications
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function intercom(options: SourceOptions): Source {
  sourceOptions("intercom", options);
  return sourceOf(intercomScheme, options);
}
