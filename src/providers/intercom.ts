import { textField, timeField } from "../model/json.js";
import type { Source } from "../model/source.js";
import type { Handshake, Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import type { EventFormat } from "./event-format.js";

/** Intercom checks the URL with a HEAD request, which has no body and no signature. */
const headProbe: Handshake = ({ http }) => (http.method === "HEAD" ? { status: 200 } : undefined);

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

export const intercomEvents: EventFormat = {
  read: (body) => ({ name: textField(body.topic), id: textField(body.id), at: timeField(body.created_at) }),
};

/**
 * Intercom: the app's client secret, with HMAC-SHA1. Responds to the HEAD probe.
 * https://developers.intercom.com/docs/webhooks/webhook-notifications
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function intercom(options: SourceOptions): Source {
  sourceOptions("intercom", options);
  return sourceOf(intercomScheme, options);
}
