import { dateOf } from "../base/date-of.js";
import { EarshotError, RejectedError } from "../base/errors.js";
import { chain } from "../base/maybe-promise.js";
import { type JsonObject, textField } from "../model/json.js";
import { handshakeBody, mayBeHandshake } from "../verify/handshake.js";
import type { Secrets } from "../verify/keys.js";
import type { FetchKeys } from "../verify/published-keys.js";
import type { Handshake, InBodySignature, Scheme } from "../verify/scheme.js";
import { sourceOf } from "../verify/source.js";
import { firstText, jsonText } from "./event-format.js";
import { type PublishedKeySourceOptions, sender } from "./sender.js";

/** With a region: `sns.s3-us-west-2.amazonaws.com` would be a store of files that is named "sns". */
const hosts = /^sns\.[a-z]{2,4}(?:-[a-z]{2,16}){1,3}-\d{1,2}\.amazonaws\.com(?:\.cn)?$/;
/** Members that are signed, where they are there, in this order. */
const signedMembers = [
  "Message",
  "MessageId",
  "Subject",
  "SubscribeURL",
  "Timestamp",
  "Token",
  "TopicArn",
  "Type",
];

/** Signature version 1 is over SHA-1, version 2 over SHA-256. */
const algorithms: Readonly<Record<string, InBodySignature["algorithm"]>> = {
  "1": "rsa-sha1",
  "2": "rsa-sha256",
};

/**
 * Anyone can have a topic, and Amazon signs for every one: a message counts only if its topic is one of `topics`.
 */
function signatureIn(body: JsonObject, topics: readonly string[]): readonly InBodySignature[] | undefined {
  const algorithm = algorithms[String(body.SignatureVersion)];
  const topic = textField(body.TopicArn);
  if (algorithm === undefined || topic === undefined || !topics.includes(topic)) return undefined;
  const isNotification = body.Type === "Notification";
  const names = signedMembers.filter(
    (name) => typeof body[name] === "string" && !(isNotification && /^(?:SubscribeURL|Token)$/.test(name)),
  );
  return [
    {
      signed: names.map((name) => `${name}\n${String(body[name])}\n`).join(""),
      signature: String(body.Signature),
      algorithm,
      time: String(body.Timestamp),
      certificateUrl: String(body.SigningCertURL),
    },
  ];
}

const awsSnsScheme: Scheme = {
  provider: "aws-sns",
  signature: {
    form: "in-body",
    algorithms: ["rsa-sha256", "rsa-sha1"],
    encoding: "base64",
    read: () => undefined,
  },
  credentialMembers: ["Signature"],
  time: { field: true, unit: "iso" },
  // SNS sends again for an hour, with the first time.
  toleranceMs: 3_600_000,
  bodyId: true,
  // A message of 256 KiB, as JSON text within JSON: each byte may be an escape of up to six.
  maxBodyBytes: 2 * 1024 * 1024,
  keysFrom: { form: "certificate", hosts },
};

/** Confirms a subscription to one of the topics: the URL to call is signed, and one of Amazon's. */
function confirmation(fetch: FetchKeys): Handshake {
  return ({ delivery, verify }) => {
    if (!mayBeHandshake(delivery, "SubscriptionConfirmation")) return undefined;
    const body = handshakeBody(delivery);
    if (body?.Type !== "SubscriptionConfirmation") return undefined;
    const { SubscribeURL: given } = body;
    const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : undefined;
    return chain(verify(), async () => {
      if (url?.protocol === "https:" && hosts.test(url.hostname) && url.port === "") {
        if (await isConfirmed(fetch, url.href)) return { status: 200 };
      }
      throw new RejectedError(
        "ERR_KEYS_UNAVAILABLE",
        503,
        "aws-sns: the subscription could not be confirmed.",
      );
    });
  };
}

async function isConfirmed(fetch: FetchKeys, url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5_000) });
    // A body that is not read keeps its connection open.
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Options of {@link awsSns}. */
export interface AwsSnsOptions extends PublishedKeySourceOptions {
  /** The ARN of the topic, or of several. Messages of all others are rejected. */
  readonly topics: Secrets;
  /** Confirms a subscription to one of the topics by itself. Default true. */
  readonly confirm?: boolean | undefined;
}

/** Amazon SNS, signature versions 1 and 2. Confirms subscriptions to its topics. A JSON `Message` is parsed. */
export const awsSns = sender<AwsSnsOptions>(
  {
    title: "AWS SNS",
    docs: "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html",
    checked: "sns-validator",
    setup: "A subscription of the topic: protocol HTTPS, the URL; the ARN of the topic as `topics`.",
    scheme: awsSnsScheme,
    events: {
      read: (body) => ({
        name: firstText((body.Message as JsonObject | undefined)?.["detail-type"], body.Type),
        id: textField(body.MessageId),
        at: dateOf(body.Timestamp),
      }),
      split: (body) =>
        body.Type === "Notification" ? [{ ...body, Message: jsonText(body.Message) }] : undefined,
    },
    options: ["topics", "confirm"],
  },
  ({ topics, confirm = true, ...rest }, scheme) => {
    const list = [topics ?? []].flat().filter((topic) => topic !== undefined && topic !== "");
    if (list.length === 0 && rest.unsigned !== true) {
      throw new EarshotError("ERR_OPTION", "aws-sns: `topics` is missing: the ARNs whose messages count.");
    }
    const fetch = rest.fetch ?? ((url, init) => globalThis.fetch(url, init));
    return sourceOf(
      {
        ...scheme,
        signature: {
          form: "in-body",
          algorithms: ["rsa-sha256", "rsa-sha1"],
          encoding: "base64",
          read: (body) => signatureIn(body, list as readonly string[]),
        },
        ...(confirm && { handshake: confirmation(fetch) }),
      },
      rest,
    );
  },
);
