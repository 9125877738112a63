import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { slackHandshake } from "./handshakes/slack.js";

export const slackScheme: Scheme = {
  provider: "slack",
  signature: {
    form: "plain",
    header: "x-slack-signature",
    prefix: "v0=",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
  signed: "v0:{time}:{body}",
  time: { header: "x-slack-request-timestamp", unit: "s" },
  bodyId: true,
  handshake: slackHandshake,
  // A modal or slash command shows an error for a body that is not of the form which Slack wants there.
  acknowledgement: { status: 200 },
};

/**
 * Slack: the app's signing secret. Answers `url_verification` by itself.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function slack(options: SourceOptions): Source {
  sourceOptions("slack", options);
  return sourceOf(slackScheme, options);
}
