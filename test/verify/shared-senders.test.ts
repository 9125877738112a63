import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { EarshotError } from "../../src/base/errors.js";
import {
  type HmacOptions,
  hmac,
  type Source,
  standardWebhooks,
  svix,
  token,
} from "../../src/verify/index.js";
import { SvixWebhook } from "../compat/signing.js";
import type { TestRequest } from "./support/request.js";
import { testSecret as secret, testWhsec as whsec } from "./support/senders.js";
import { codeOf, verdict } from "./support/verdict.js";

const now = 1_750_000_000_000;
const time = String(now / 1000);
const body = '{"id":"evt_1"}';
const mac = (content: string, encoding: "hex" | "base64" = "hex", key: string = secret) =>
  createHmac("sha256", key).update(content).digest(encoding);

const acme = (options: Partial<HmacOptions> = {}): Source =>
  hmac({ provider: "acme", secrets: secret, header: "X-Acme-Signature", ...options });
const send = (value: string, more: Record<string, string> = {}): TestRequest => ({
  headers: { "x-acme-signature": value, ...more },
  body,
});
const said = (source: Source, request: TestRequest) => codeOf(verdict(source, request, now));

test("hmac reads several named values of one header: the time, and each signature of that name", () => {
  const source = acme({
    fields: { signature: "v1" },
    time: { field: "t", unit: "s" },
    signed: "{time}.{body}",
  });
  const right = mac(`${time}.${body}`);
  const wrong = "0".repeat(64);
  for (const value of [
    `t=${time},v1=${right}`,
    `v1=${right},t=${time}`,
    `t=${time}, v1=${right}`,
    ` t=${time} , v1=${right} `,
    `t=${time},v1=${wrong},v1=${right}`,
    `t=${time},v1=${right},v1=${wrong}`,
    `t=${time},v1=short,v1=${right}`,
    `t=${time},v0=${wrong},v1=${right},extra`,
    `t=${time},v1=${right.toUpperCase()}`,
  ]) {
    expect(said(source, send(value)), value).toBe("accepted");
  }
  expect(verdict(source, send(`t=${time},v1=${right}`), now)).toMatchObject({ accepted: { sentAt: now } });
  expect(said(source, send(`t=${time},v1=${wrong}`))).toBe("ERR_SIGNATURE_WRONG");
  expect(said(source, send(`t=${time}`))).toBe("ERR_SIGNATURE_MISSING");
  expect(said(source, send(`v1=${right}`))).toBe("ERR_SIGNATURE_MALFORMED");
  expect(said(source, send(`t=${time},v1=${right}, t=${time},v1=${right}`))).toBe("ERR_HEADER_REPEATED");
  const old = String(now / 1000 - 301);
  expect(said(source, send(`t=${old},v1=${mac(`${old}.${body}`)}`))).toBe("ERR_TIMESTAMP_STALE");
});

test("hmac: separator, sign between name and value, prefix, time and id of the fields are the sender's own", () => {
  const source = acme({
    fields: { signature: "sig", equals: ":" },
    separator: ";",
    prefix: "sha256=",
    encoding: "base64",
    time: { field: "ts", unit: "ms" },
    id: { field: "id" },
    signed: "{id}.{time}.{body}",
  });
  const signature = `sha256=${mac(`msg_7.${now}.${body}`, "base64")}`;
  expect(verdict(source, send(`id:msg_7; ts:${now}; sig:${signature}`), now)).toMatchObject({
    accepted: { provider: "acme", messageId: "msg_7", sentAt: now },
  });
  expect(said(source, send(`id:msg_8;ts:${now};sig:${signature}`))).toBe("ERR_SIGNATURE_WRONG");
  expect(said(source, send(`id:a.b;ts:${now};sig:${signature}`))).toBe("ERR_SIGNATURE_MALFORMED");
  expect(said(source, send(`ts:${now};sig:${signature}`))).toBe("ERR_SIGNATURE_MALFORMED");
});

test("hmac takes a list of signatures while the sender rotates its secret, with commas or spaces", () => {
  const [right, old] = [mac(body), mac(body, "hex", "the secret before this one")];
  for (const separator of [",", " "]) {
    const source = acme({ separator, prefix: "sha256=" });
    for (const value of [
      `sha256=${right}`,
      `sha256=${old}${separator}sha256=${right}`,
      `sha256=${right}${separator}sha256=${old}`,
      `sha256=short${separator}sha512=other${separator}sha256=${right}`,
    ]) {
      expect(said(source, send(value)), value).toBe("accepted");
    }
    expect(said(source, send(`sha256=${old}`))).toBe("ERR_SIGNATURE_WRONG");
    expect(said(source, send(`sha256=${old}${separator}sha256=${old}`))).toBe("ERR_SIGNATURE_WRONG");
    expect(said(source, send("sha256=short"))).toBe("ERR_SIGNATURE_MALFORMED");
    expect(said(source, send(Array(17).fill(`sha256=${right}`).join(separator)))).toBe(
      "ERR_SIGNATURE_MALFORMED",
    );
  }
  expect(said(acme({ separator: "," }), send(`${old}, ${right}`))).toBe("accepted");
  // Without the option, the header is one signature.
  expect(said(acme(), send(`${old},${right}`))).toBe("ERR_SIGNATURE_MALFORMED");
});

test.each<[Partial<HmacOptions>, RegExp]>([
  [{ fields: { signature: "v1" }, separator: "a" }, /separator/],
  [{ fields: { signature: "v1" }, separator: "" }, /separator/],
  [{ separator: "=" }, /separator/],
  [{ fields: { signature: "v1", equals: "v" } }, /equals/],
  [{ fields: { signature: "" } }, /signature/],
  [{ fields: { signature: "v1", time: "t" } as never }, /time/],
  [{ time: { field: "t", unit: "s" }, signed: "{time}.{body}" }, /`fields`/],
  [{ id: { field: "id" } }, /`fields`/],
  [{ fields: { signature: "v1" }, time: { field: "t", unit: "s" } }, /signed/],
])("hmac(%o) says what is wrong", (options, message) => {
  expect(() => acme(options)).toThrow(message);
});

const svixHeaders = (prefix: string, at = now) => {
  const signature = new SvixWebhook(whsec).sign("msg_1", new Date(at), body);
  return {
    [`${prefix}-id`]: "msg_1",
    [`${prefix}-timestamp`]: String(at / 1000),
    [`${prefix}-signature`]: signature,
  };
};

test("svix takes its own headers and the unbranded ones, and never a mix of the two", () => {
  const source = svix({ secrets: whsec });
  for (const prefix of ["svix", "webhook"]) {
    expect(verdict(source, { headers: svixHeaders(prefix), body }, now)).toMatchObject({
      accepted: { provider: "svix", messageId: "msg_1", sentAt: now, signed: true },
    });
  }
  const [own, plain] = [svixHeaders("svix"), svixHeaders("webhook")];
  // Every way to take each of the three from one set or the other.
  for (let mask = 1; mask < 7; mask += 1) {
    const headers = Object.fromEntries(
      ["id", "timestamp", "signature"].map((name, at) => {
        const prefix = (mask >> at) & 1 ? "webhook" : "svix";
        return [`${prefix}-${name}`, { ...own, ...plain }[`${prefix}-${name}`] ?? ""];
      }),
    );
    expect(said(source, { headers, body }), JSON.stringify(headers)).toBe("ERR_SIGNATURE_MISSING");
  }
  // The whole set of its own goes first; a broken one is not replaced by a stranger's.
  expect(said(source, { headers: { ...own, ...svixHeaders("webhook", now - 600_000) }, body })).toBe(
    "accepted",
  );
  const wrong = { ...plain, ...own, "svix-signature": `v1,${Buffer.alloc(32).toString("base64")}` };
  expect(said(source, { headers: wrong, body })).toBe("ERR_SIGNATURE_WRONG");
  expect(said(standardWebhooks({ secrets: whsec }), { headers: own, body })).toBe("ERR_SIGNATURE_MISSING");
});

const named: ReadonlyArray<[string, (provider?: string) => Source]> = [
  ["svix", (provider) => svix({ secrets: whsec, provider })],
  ["standardWebhooks", (provider) => standardWebhooks({ secrets: whsec, provider })],
  ["hmac", (provider) => hmac({ secrets: secret, header: "x-signature", provider })],
  ["token", (provider) => token({ secrets: secret, header: "x-token", provider })],
];

test.each(named)(
  "%s takes a name for its sender, and no name that could be taken for another thing",
  (_maker, make) => {
    for (const name of ["clerk", "resend_2", "Acme.io", "a".repeat(64)])
      expect(make(name).provider).toBe(name);
    for (const name of [
      "",
      " ",
      "a b",
      "a/b",
      "../a",
      "{provider}",
      "a:b",
      "$&",
      "-a",
      "a".repeat(65),
      "é",
      7,
      null,
    ]) {
      const bad = () => make(name as string);
      expect(bad, String(name)).toThrow(EarshotError);
      expect(bad).toThrow(/provider/);
    }
    for (const name of ["composio", "Composio"]) expect(() => make(name)).toThrow(/platform's own name/);
  },
);
