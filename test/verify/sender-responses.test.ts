import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { decode } from "../../src/decode/index.js";
import {
  airtable,
  auth0,
  googlePubsub,
  jira,
  mailgun,
  okta,
  postmark,
  type Source,
  token,
  vapi,
} from "../../src/verify/index.js";
import { withoutCredentials } from "../../src/verify/redact-body.js";
import { asDelivery, type TestRequest } from "./support/request.js";
import { testSecret as secret } from "./support/senders.js";
import { codeOf, verdict } from "./support/verdict.js";

test("vapi: the secret is accepted in either of its headers, once, and never as another header's value", () => {
  const source = vapi({ secrets: secret });
  const said = (headers: Record<string, string | string[]>) =>
    codeOf(verdict(source, { headers, body: "{}" }, 0));
  expect(said({ authorization: `Bearer ${secret}` })).toBe("accepted");
  expect(said({ "x-vapi-secret": secret })).toBe("accepted");
  expect(said({ authorization: secret })).toBe("ERR_SIGNATURE_WRONG");
  expect(said({ "x-vapi-secret": `Bearer ${secret}` })).toBe("ERR_SIGNATURE_WRONG");
  // A wrong token is not made right by a second header: a proxy might look at the first only.
  expect(said({ authorization: "Bearer wrong", "x-vapi-secret": secret })).toBe("ERR_SIGNATURE_WRONG");
  expect(said({ "x-vapi-secret": [secret, secret] })).toBe("ERR_HEADER_REPEATED");
  expect(said({})).toBe("ERR_SIGNATURE_MISSING");
  expect(source.credentialHeaders).toEqual(["authorization", "x-vapi-secret"]);
});

test("okta and auth0: the token is the whole header, as it was typed there", () => {
  for (const make of [okta, auth0]) {
    const source = make({ secrets: `Bearer ${secret}` });
    const said = (authorization: string) =>
      codeOf(verdict(source, { headers: { authorization }, body: "{}" }, 0));
    expect(said(`Bearer ${secret}`)).toBe("accepted");
    expect(said(secret)).toBe("ERR_SIGNATURE_WRONG");
  }
});

test("okta and airtable: the response to a stored delivery is empty, as they document it", () => {
  for (const make of [okta, airtable]) {
    expect(make({ secrets: Buffer.from(secret).toString("base64") }).acknowledgement).toEqual({
      status: 200,
    });
  }
});

test("token: it may be in a header, the query or the body, and nowhere else", () => {
  const said = (source: Source, request: TestRequest) => codeOf(verdict(source, request, 0));
  const inHeader = token({ header: "Authorization", prefix: "Token ", secrets: secret });
  const inQuery = token({ query: "key", secrets: secret });
  const inBody = token({ member: "secret_key", secrets: secret });
  const body = JSON.stringify({ secret_key: secret });
  expect(said(inHeader, { headers: { authorization: `Token ${secret}` }, body: "{}" })).toBe("accepted");
  expect(said(inHeader, { headers: { authorization: secret }, body: "{}" })).toBe("ERR_SIGNATURE_WRONG");
  expect(said(inQuery, { url: `/hook?a=1&key=${secret}`, headers: {}, body: "{}" })).toBe("accepted");
  expect(said(inQuery, { url: `/hook?akey=${secret}`, headers: {}, body })).toBe("ERR_SIGNATURE_MISSING");
  expect(said(inBody, { headers: {}, body })).toBe("accepted");
  expect(said(inBody, { url: `/hook?secret_key=${secret}`, headers: {}, body: "{}" })).toBe(
    "ERR_SIGNATURE_MISSING",
  );
  expect(inQuery.credentialHeaders).toEqual(["key"]);
});

test.each([
  [{}],
  [{ header: "x-token", query: "token" }],
  [{ query: "token", prefix: "Bearer " }],
  [{ query: "a b" }],
  [{ member: 7 as never }],
  [{ header: "x-token", prefix: "☂" }],
])("token: options that say nothing, or two things, are reported (%o)", (options) => {
  expect(() => token({ ...options, secrets: secret })).toThrow(/token/);
});

// https://postmarkapp.com/support/article/1056-what-are-the-attachment-and-email-size-limits
test("postmark: an inbound message with attachments of 35 MB in base64 fits into its route's limit", () => {
  const source = postmark({ secrets: "user:password" });
  expect(source.maxBodyBytes).toBeGreaterThan(Math.ceil((35 * 1024 * 1024) / 3) * 4);
});

// https://cloud.google.com/pubsub/quotas#resource_limits, https://developer.atlassian.com/cloud/jira/platform/webhooks/
test("google-pubsub and jira: the largest message that they send fits into their routes' limits", () => {
  const options = { audience: "a", serviceAccount: "a@b.iam.gserviceaccount.com" };
  const inBase64 = Math.ceil((10 * 1024 * 1024) / 3) * 4;
  expect(googlePubsub(options).maxBodyBytes).toBeGreaterThan(inBase64 + 64 * 1024);
  expect(jira({ secrets: secret }).maxBodyBytes).toBe(25 * 1024 * 1024);
});

// https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http
test("mailgun: a message with attachments, which comes as a multipart form, is verified and read", async () => {
  const [timestamp, token] = ["1750000000", "a-token"];
  const right = createHmac("sha256", secret)
    .update(timestamp + token)
    .digest("hex");
  const source = mailgun({ secrets: secret });
  const request = (signature: string): TestRequest => {
    const fields = { subject: "Grüße", timestamp, token, signature };
    const form = Object.entries(fields)
      .map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
      .join("");
    return { headers: { "content-type": "multipart/form-data; boundary=x" }, body: `${form}--x--\r\n` };
  };
  const nowMs = Number(timestamp) * 1000;
  expect(codeOf(verdict(source, request(right), nowMs))).toBe("accepted");
  expect(codeOf(verdict(source, request("0".repeat(64)), nowMs))).toBe("ERR_SIGNATURE_WRONG");
  const clean = await withoutCredentials(
    await source.verify(asDelivery(request(right), nowMs), nowMs),
    source.credentialMembers ?? [],
  );
  const [one] = decode(clean, { contents: false });
  expect(one?.event.payload).toEqual({ subject: "Grüße", timestamp, token, signature: "[redacted]" });
});

// https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
test("mailgun: an event of a subaccount is verified with the key of the primary account, and no signature is shown", async () => {
  const [timestamp, token] = ["1750000000", "a-token"];
  const nowMs = Number(timestamp) * 1000;
  const mac = (key: string) =>
    createHmac("sha256", key)
      .update(timestamp + token)
      .digest("hex");
  const own = "another secret of the subaccount";
  const request = (parent: unknown): TestRequest => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      signature: { timestamp, token, signature: mac(own), "parent-signature": parent },
      "event-data": { event: "opened", id: "1" },
    }),
  });
  const source = mailgun({ secrets: secret });
  expect(codeOf(verdict(source, request(mac(secret)), nowMs))).toBe("accepted");
  expect(codeOf(verdict(source, request(mac("a third secret, of nobody")), nowMs))).toBe(
    "ERR_SIGNATURE_WRONG",
  );
  expect(codeOf(verdict(source, request(undefined), nowMs))).toBe("ERR_SIGNATURE_WRONG");
  expect(codeOf(verdict(mailgun({ secrets: own }), request(mac(secret)), nowMs))).toBe("accepted");
  const clean = await withoutCredentials(
    await source.verify(asDelivery(request(mac(secret)), nowMs), nowMs),
    source.credentialMembers ?? [],
  );
  const shown = String(decode(clean, { contents: false })[0]?.event.raw);
  for (const key of [own, secret]) expect(shown).not.toContain(mac(key));
});
