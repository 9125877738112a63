import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { dotted, type EventFormat } from "./event-format.js";

export const githubScheme: Scheme = {
  provider: "github",
  signature: {
    form: "plain",
    header: "x-hub-signature-256",
    prefix: "sha256=",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
  id: "x-github-delivery",
  eventName: "x-github-event",
  // https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
  maxBodyBytes: 25 * 1024 * 1024,
};

export const githubEvents: EventFormat = {
  read: (body, { eventName }) => ({ name: dotted(eventName, body.action) }),
  form: "payload",
  bodyKey: "always",
};

/**
 * GitHub: repository, organization and app webhooks with a secret. Its `ping` is an event like any other.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function github(options: SourceOptions): Source {
  sourceOptions("github", options);
  return sourceOf(githubScheme, options);
}
