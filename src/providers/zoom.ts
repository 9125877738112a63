import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { zoomHandshake } from "./handshakes/zoom.js";

export const zoomScheme: Scheme = {
  provider: "zoom",
  signature: {
    form: "plain",
    header: "x-zm-signature",
    prefix: "v0=",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
  signed: "v0:{time}:{body}",
  time: { header: "x-zm-request-timestamp", unit: "s" },
  handshake: zoomHandshake,
};

/**
 * Zoom: the app's secret token. Answers `endpoint.url_validation` by itself. Events have no id.
 * https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function zoom(options: SourceOptions): Source {
  sourceOptions("zoom", options);
  return sourceOf(zoomScheme, options);
}
