import { dateOf } from "../base/date-of.js";
import { EarshotError } from "../base/errors.js";
import { type JsonObject, objectField, textField } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import { sourceOf } from "../verify/source.js";
import { base64Json, type EventFormat, firstText } from "./event-format.js";
import { type PublishedKeySourceOptions, sender } from "./sender.js";

/** OpenID Connect tokens of Google: the audience and the service account are the receiver's to check. */
export const googleOidcScheme: Scheme = {
  provider: "google-pubsub",
  signature: {
    form: "jwt",
    header: "authorization",
    prefix: "Bearer ",
    algorithms: ["RS256"],
    issuers: ["https://accounts.google.com", "accounts.google.com"],
    needsAudience: true,
  },
  toleranceMs: 60_000,
  keysFrom: { form: "jwks", url: "https://www.googleapis.com/oauth2/v3/certs" },
  // With payload unwrapping, the body is the data only. The token covers neither body nor header.
  // https://docs.cloud.google.com/pubsub/docs/payload-unwrapping
  id: "x-goog-pubsub-message-id",
  bodyId: true,
};

/** The message, with its data decoded; JSON data is parsed. */
export function pubsubMessage({ message: given, subscription }: JsonObject): JsonObject | undefined {
  const message = objectField(given);
  if (message === undefined) return undefined;
  return { ...message, data: base64Json(message.data), subscription };
}

const pubsubEvents: EventFormat = {
  read(body, { messageId: unwrapped, request }) {
    if (unwrapped !== undefined) {
      const { headers = {} } = request ?? {};
      return {
        name: firstText(headers.eventtype, headers["ce-type"], body.type, "message"),
        at: dateOf(headers["x-goog-pubsub-publish-time"]),
      };
    }
    const { attributes, data, messageId, publishTime } = body;
    return {
      name: firstText(
        objectField(attributes)?.eventType,
        objectField(attributes)?.["ce-type"],
        objectField(data)?.type,
        "message",
      ),
      id: textField(messageId),
      at: dateOf(publishTime),
    };
  },
  split: (body) => {
    const message = pubsubMessage(body);
    return message === undefined ? undefined : [message];
  },
};

/** Options of {@link googlePubsub} and {@link gmail}. */
export interface GoogleOidcOptions extends PublishedKeySourceOptions {
  /** What the token is for: the audience of the push subscription, by default its URL. */
  readonly audience: string | readonly string[] | undefined;
  /** The service account of the push subscription: `name@project.iam.gserviceaccount.com`. */
  readonly serviceAccount: string | undefined;
}

/** Makes a source whose tokens are of one service account: any Google account can have a token for any audience. */
export function googleOidc({ serviceAccount, ...rest }: GoogleOidcOptions, scheme: Scheme) {
  const { provider } = scheme;
  if (rest.unsigned !== true && (typeof serviceAccount !== "string" || !serviceAccount.includes("@"))) {
    throw new EarshotError(
      "ERR_OPTION",
      `${provider}: \`serviceAccount\` is missing: the e-mail address of the push subscription's service account. Any Google account can have a token for any audience.`,
    );
  }
  return sourceOf(scheme, { ...rest, claims: { email: serviceAccount, email_verified: true } });
}

/** Google Cloud Pub/Sub push with authentication. `payload.data` is the decoded data, JSON parsed. */
export const googlePubsub = sender<GoogleOidcOptions>(
  {
    title: "Google Pub/Sub",
    docs: "https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions",
    checked: "google-auth-library",
    setup:
      "A push subscription with the URL, and with authentication: its service account and audience are the options.",
    // A message has 10 MB at most, and comes in base64. https://cloud.google.com/pubsub/quotas#resource_limits
    identity: "message id",
    scheme: { ...googleOidcScheme, maxBodyBytes: 14 * 1024 * 1024 },
    events: pubsubEvents,
    options: ["serviceAccount"],
  },
  googleOidc,
);
