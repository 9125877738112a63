// Deliveries whose body or query has a secret or a signature of their sender.
import { createHmac } from "node:crypto";
import {
  adyen,
  awsSns,
  defineSource,
  figma,
  hmac,
  mailgun,
  microsoftGraph,
  type Source,
  slack,
  token,
} from "earshot";
import { signAs } from "earshot/testing";

export const secret = "a5f0c31d99e4b7a26c8d1e0f3b5a7798";
export const hidden = "[redacted]";

const mac = (text: string) => createHmac("sha256", secret).update(text).digest("hex");
const time = () => String(Math.floor(Date.now() / 1000));
const form = { "content-type": "application/x-www-form-urlencoded" };
const slackHeaders = (body: string, more: Record<string, string> = {}) => {
  const at = time();
  return { ...more, "x-slack-request-timestamp": at, "x-slack-signature": `v0=${mac(`v0:${at}:${body}`)}` };
};

export interface Sample {
  readonly source: Source;
  readonly body: string;
  readonly headers?: Record<string, string>;
  readonly query?: string;
  /** What must be nowhere. */
  readonly credential: string;
  /** What the payloads are. */
  readonly payloads: readonly object[];
}

export const samples: Record<string, () => Sample | Promise<Sample>> = {
  figma: () => ({
    source: figma({ secrets: secret }),
    body: JSON.stringify({ event_type: "FILE_UPDATE", passcode: secret, file_key: "k", n: 1 }),
    credential: secret,
    payloads: [{ event_type: "FILE_UPDATE", passcode: hidden, file_key: "k", n: 1 }],
  }),
  "microsoft-graph": () => ({
    source: microsoftGraph({ secrets: secret }),
    body: JSON.stringify({
      value: [1, 2].map((n) => ({ changeType: "updated", clientState: secret, resource: `me/${n}` })),
      validationTokens: ["v"],
    }),
    credential: secret,
    payloads: [1, 2].map((n) => ({
      changeType: "updated",
      clientState: hidden,
      resource: `me/${n}`,
      validationTokens: ["v"],
    })),
  }),
  "token in a member": () => ({
    source: token({ provider: "acme", member: "verify.key", secrets: secret }),
    body: `{"id":12345678901234567890,"verify.key":"${secret}","deep":{"verify.key":"stays"}}`,
    credential: secret,
    // biome-ignore lint/correctness/noPrecisionLoss: a long number in a body is read like this
    payloads: [{ id: 12345678901234567890, "verify.key": hidden, deep: { "verify.key": "stays" } }],
  }),
  "token in the query": () => ({
    source: token({ provider: "acme", query: "AcmeKay", secrets: secret }),
    body: '{"a":1}',
    query: `?page=2&AcmeKay=${secret}`,
    credential: secret,
    payloads: [{ a: 1 }],
  }),
  "a source that verifies with a token in the query": () => ({
    source: defineSource({
      provider: "acme",
      verify: token({ query: "AcmeKay", secrets: secret }),
      read: ({ body, request }) => [{ payload: { body, query: request?.query } }],
    }),
    body: '{"a":1}',
    query: `?page=2&AcmeKay=${secret}`,
    credential: secret,
    payloads: [{ body: { a: 1 }, query: { page: "2" } }],
  }),
  "a source that verifies with a token in a member": () => ({
    source: defineSource({
      provider: "acme",
      verify: token({ member: "key", secrets: secret }),
      read: ({ body, raw }) => [{ id: "1", payload: { body, raw } }],
    }),
    body: `{"key":"${secret}","a":1}`,
    credential: secret,
    payloads: [{ body: { key: hidden, a: 1 }, raw: `{"key":"${hidden}","a":1}` }],
  }),
  "a source with members of its own": () => ({
    source: defineSource({
      provider: "acme",
      verify: hmac({ header: "x-acme", secrets: secret }),
      credentialMembers: [["list", "auth", "key"]],
    }),
    body: '{"list":[{"auth":{"key":"k3y-of-acme"},"n":1},{"auth":{"key":98765432123}}]}',
    headers: {
      "content-type": "application/json",
      "x-acme": mac('{"list":[{"auth":{"key":"k3y-of-acme"},"n":1},{"auth":{"key":98765432123}}]}'),
    },
    credential: "k3y-of-acme",
    payloads: [{ list: [{ auth: { key: hidden }, n: 1 }, { auth: { key: hidden } }] }],
  }),
  adyen: async () => {
    const item = { pspReference: "7914073381342284", eventCode: "AUTHORISATION", success: "true" };
    const sent = await signAs("adyen", { secret, body: item });
    const { notificationItems } = JSON.parse(String(sent.body));
    const { hmacSignature } = notificationItems[0].NotificationRequestItem.additionalData;
    return {
      source: adyen({ secrets: secret }),
      body: String(sent.body),
      credential: hmacSignature,
      payloads: [{ live: "false", ...item, additionalData: { hmacSignature: hidden } }],
    };
  },
  mailgun: async () => {
    const sent = await signAs("mailgun", { secret, body: { "event-data": { event: "opened", id: "1" } } });
    const { signature } = JSON.parse(String(sent.body));
    return {
      source: mailgun({ secrets: secret }),
      body: String(sent.body),
      credential: signature.signature,
      payloads: [
        { signature: { ...signature, signature: hidden }, "event-data": { event: "opened", id: "1" } },
      ],
    };
  },
  "mailgun's form": () => {
    const at = time();
    const signature = mac(`${at}tok`);
    return {
      source: mailgun({ secrets: secret }),
      body: `event=opened&timestamp=${at}&token=tok&signature=${signature}`,
      headers: form,
      credential: signature,
      payloads: [{ event: "opened", timestamp: at, token: "tok", signature: hidden }],
    };
  },
  "slack's event": () => {
    const event = { type: "event_callback", event_id: "Ev1", event: { type: "message", text: "hi" } };
    const body = JSON.stringify({ token: "old-token-of-slack", ...event });
    return {
      source: slack({ secrets: secret }),
      body,
      headers: slackHeaders(body, { "content-type": "application/json" }),
      credential: "old-token-of-slack",
      payloads: [{ token: hidden, ...event }],
    };
  },
  "slack's command": () => {
    const body = "token=old-token-of-slack&command=%2Fdeploy&text=a+b&trigger_id=1.2";
    return {
      source: slack({ secrets: secret }),
      body,
      headers: slackHeaders(body, form),
      credential: "old-token-of-slack",
      payloads: [{ token: hidden, command: "/deploy", text: "a b", trigger_id: "1.2" }],
    };
  },
  "slack's interaction": () => {
    const sent = { type: "block_actions", token: "old-token-of-slack", trigger_id: "1.2" };
    const body = `payload=${encodeURIComponent(JSON.stringify(sent))}`;
    return {
      source: slack({ secrets: secret }),
      body,
      headers: slackHeaders(body, form),
      credential: "old-token-of-slack",
      payloads: [{ ...sent, token: hidden }],
    };
  },
  "aws-sns": () => ({
    source: awsSns({ topics: [], unsigned: true }),
    body: JSON.stringify({ Type: "Notification", MessageId: "1", Message: "{}", Signature: "c2lnbmF0dXJl" }),
    credential: "c2lnbmF0dXJl",
    payloads: [{ Type: "Notification", MessageId: "1", Message: {}, Signature: hidden }],
  }),
  "figma without a check": () => ({
    source: figma({ unsigned: true }),
    body: JSON.stringify({ event_type: "PING", passcode: secret }),
    credential: secret,
    payloads: [{ event_type: "PING", passcode: hidden }],
  }),
};
