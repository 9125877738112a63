import { EarshotError } from "../base/errors.js";
import { objectField } from "../model/json.js";
import { WEBHOOK_SIGNATURE } from "../protocol/headers.js";
import type { Secrets } from "../verify/keys.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf } from "../verify/source.js";
import { dotted, type EventFormat, firstText } from "./event-format.js";
import { sender } from "./sender.js";
import { standardWebhooksScheme } from "./standard-webhooks.js";

const EVENT_NAME = "x-gitlab-event";
/** https://docs.gitlab.com/user/gitlab_com/#webhooks */
const MAX_BODY_BYTES = 25 * 1024 * 1024;

/** With a secret token: it is sent, and compared; nothing is signed. */
export const gitlabTokenScheme: Scheme = {
  provider: "gitlab",
  signature: { form: "token", header: "x-gitlab-token" },
  id: "idempotency-key",
  eventName: EVENT_NAME,
  maxBodyBytes: MAX_BODY_BYTES,
};

/** With a signing token: Standard Webhooks. */
export const gitlabSigningScheme: Scheme = {
  ...standardWebhooksScheme,
  provider: "gitlab",
  signature: {
    form: "list",
    header: WEBHOOK_SIGNATURE,
    prefixes: new Map([["v1,", "hmac-sha256"]]),
    encoding: "base64",
  },
  eventName: EVENT_NAME,
  maxBodyBytes: MAX_BODY_BYTES,
};

export const gitlabEvents: EventFormat = {
  // The header's name ("Push Hook") may be unsigned; the body's is what it stands for.
  read: (body, { eventName }) => ({
    name: dotted(
      firstText(body.object_kind, body.event_name, eventName),
      objectField(body.object_attributes)?.action,
    ),
  }),
};

/** Options of {@link gitlab}: `secrets` or `signingTokens`. */
export interface GitlabOptions extends SourceOptions {
  /** Signing tokens, `whsec_…`, newest first. Prefer them: a secret token signs nothing. */
  readonly signingTokens?: Secrets | undefined;
}

/**
 * GitLab: the webhook's signing token, or its older secret token as `secrets`.
 */
export const gitlab = sender<GitlabOptions>(
  {
    title: "GitLab",
    docs: "https://docs.gitlab.com/user/project/integrations/webhooks/",
    checked: "standardwebhooks",
    setup:
      "Settings › Webhooks: the URL, and a signing token (`signingTokens`), or the older secret token (`secrets`).",
    identity: "message id",
    scheme: gitlabSigningScheme,
    events: gitlabEvents,
    options: ["signingTokens"],
  },
  (options) => {
    const { signingTokens, ...rest } = options;
    if (signingTokens === undefined) return sourceOf(gitlabTokenScheme, rest);
    if (rest.secrets !== undefined) {
      throw new EarshotError(
        "ERR_OPTION",
        "gitlab: give `signingTokens` or `secrets`, as the webhook has it, not both.",
      );
    }
    return sourceOf(gitlabSigningScheme, { ...rest, secrets: signingTokens });
  },
);
