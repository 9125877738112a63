// Senders that sign with the old and the new secret at once, while a secret is replaced.
import { createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import { TriggerListener } from "earshot";
import { afterEach, expect, test } from "vitest";
import { box, docusign, github, hookdeck, mollie } from "../../src/verify/index.js";
import { testSecret as secret } from "./support/senders.js";
import { codeOf, verdict } from "./support/verdict.js";

const body = JSON.stringify({ resource: "event", id: "event_1", type: "payment-link.paid" });
const other = "another secret, of the time before";
const hex = (key: string, text = body) => `sha256=${createHmac("sha256", key).update(text).digest("hex")}`;
const wrong = `sha256=${"0".repeat(64)}`;

const listeners: TriggerListener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.stop();
});

test.each([
  ["one header", hex(secret), "accepted"],
  ["the right one first", [hex(secret), hex(other)], "accepted"],
  ["the right one last", [hex(other), hex(secret)], "accepted"],
  ["the right one twice", [hex(secret), hex(secret)], "accepted"],
  ["joined by a server", `${hex(other)}, ${hex(secret)}`, "accepted"],
  ["joined without a space", `${hex(secret)},${hex(other)}`, "accepted"],
  ["a malformed one beside it", ["sha256=short", hex(secret)], "accepted"],
  ["an empty one beside it", ["", hex(secret)], "accepted"],
  ["as many as are tried", [...Array(15).fill(wrong), hex(secret)], "accepted"],
  ["only wrong ones", [hex(other), wrong], "ERR_SIGNATURE_WRONG"],
  ["of another body", [hex(secret, "{}"), hex(other)], "ERR_SIGNATURE_WRONG"],
  ["only malformed ones", ["sha256=short", "md5=1"], "ERR_SIGNATURE_MALFORMED"],
  ["without the prefix", hex(secret).slice(7), "ERR_SIGNATURE_MALFORMED"],
  ["only empty ones", ["", ""], "ERR_SIGNATURE_MISSING"],
  ["a comma only", ",", "ERR_SIGNATURE_MISSING"],
  ["more than are tried", [...Array(16).fill(wrong), hex(secret)], "ERR_SIGNATURE_MALFORMED"],
  ["more than are tried, joined", `${`${wrong},`.repeat(16)}${hex(secret)}`, "ERR_SIGNATURE_MALFORMED"],
  ["longer than any", [hex(secret), "x".repeat(5000)], "ERR_SIGNATURE_MALFORMED"],
])("mollie: %s", (_what, signatures: string | string[], expected) => {
  const headers = { "x-mollie-signature": signatures };
  expect(codeOf(verdict(mollie({ secrets: secret }), { headers, body }, 0))).toBe(expected);
});

test("mollie: several secrets of the receiver are tried with each signature", () => {
  const source = mollie({ secrets: ["a third secret, which is new", other] });
  const headers = { "x-mollie-signature": [hex(secret), hex(other)] };
  expect(codeOf(verdict(source, { headers, body }, 0))).toBe("accepted");
});

test("mollie: a listener accepts a request with two headers, and a Fetch handler with them joined", async () => {
  const source = mollie({ secrets: secret });
  const webhook = { port: 0, host: "127.0.0.1", routes: { "/webhooks/mollie": source } };
  const listener = new TriggerListener({ signals: false, webhook });
  listeners.push(listener);
  const rejected: string[] = [];
  const ids: string[] = [];
  listener.on("delivery.rejected", ({ error }) => void rejected.push(error.code));
  listener.callback({ provider: "mollie" }, ({ payload, request }) => {
    ids.push(String((payload as { id: string }).id));
    expect(JSON.stringify(request)).not.toContain("sha256=");
  });
  await listener.start();
  const url = new URL("/webhooks/mollie", listener.health().webhook?.url);
  const send = (signatures: readonly string[], text: string) =>
    new Promise<number>((resolve, reject) => {
      const sent = httpRequest(url, { method: "POST" }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode ?? 0));
      });
      sent.on("error", reject);
      sent.setHeader("content-type", "application/json");
      sent.setHeader("x-mollie-signature", signatures);
      sent.end(text);
    });
  expect(await send([hex(other), hex(secret)], body)).toBe(200);
  expect(await send([hex(other), wrong], body)).toBe(401);
  const second = body.replace("event_1", "event_2");
  const headers = new Headers({ "content-type": "application/json" });
  headers.append("x-mollie-signature", hex(other, second));
  headers.append("x-mollie-signature", hex(secret, second));
  expect((await fetch(url, { method: "POST", headers, body: second })).status).toBe(200);
  await expect.poll(() => ids).toEqual(["event_1", "event_2"]);
  expect(rejected).toEqual(["ERR_SIGNATURE_WRONG"]);
});

test("senders with a header for each secret accept any one of them, and no header twice", () => {
  const at = Date.parse("2026-01-01T00:00:00.000Z");
  const base64 = (key: string, text: string) => createHmac("sha256", key).update(text).digest("base64");
  const time = new Date(at).toISOString();
  const rows = [
    [docusign, "x-docusign-signature-1", "x-docusign-signature-2", body, {}],
    [hookdeck, "x-hookdeck-signature", "x-hookdeck-signature-2", body, {}],
    [
      box,
      "box-signature-primary",
      "box-signature-secondary",
      body + time,
      { "box-delivery-timestamp": time },
    ],
  ] as const;
  for (const [make, first, second, text, others] of rows) {
    const said = (signatures: Record<string, string | string[]>) =>
      codeOf(verdict(make({ secrets: secret }), { headers: { ...others, ...signatures }, body }, at));
    const [right, old] = [base64(secret, text), base64(other, text)];
    expect(said({ [first]: old, [second]: right })).toBe("accepted");
    expect(said({ [first]: right, [second]: old })).toBe("accepted");
    expect(said({ [first]: old })).toBe("ERR_SIGNATURE_WRONG");
    expect(said({ [first]: [right, right] })).toBe("ERR_HEADER_REPEATED");
  }
  const twice = { "x-hub-signature-256": [hex(secret), hex(secret)] };
  expect(codeOf(verdict(github({ secrets: secret }), { headers: twice, body }, 0))).toBe(
    "ERR_HEADER_REPEATED",
  );
});

// https://developer.box.com/guides/webhooks/v2/signatures-v2
test("Box's time with the offset of a time zone is read; one without any is malformed", () => {
  const said = (time: string, at: string) => {
    const right = createHmac("sha256", secret)
      .update(body + time)
      .digest("base64");
    const headers = { "box-signature-primary": right, "box-delivery-timestamp": time };
    return codeOf(verdict(box({ secrets: secret }), { headers, body }, Date.parse(at)));
  };
  expect(said("2020-01-01T00:00:00-07:00", "2020-01-01T07:05:00Z")).toBe("accepted");
  expect(said("2020-01-01T00:00:00-07:00", "2020-01-01T07:11:00Z")).toBe("ERR_TIMESTAMP_STALE");
  expect(said("2020-01-01T00:00:00-07:00", "2020-01-01T00:00:00Z")).toBe("ERR_TIMESTAMP_FUTURE");
  expect(said("2020-01-01T07:00:00Z", "2020-01-01T07:05:00Z")).toBe("accepted");
  expect(said("2020-01-01T00:00:00", "2020-01-01T00:00:00Z")).toBe("ERR_TIMESTAMP_MALFORMED");
});
