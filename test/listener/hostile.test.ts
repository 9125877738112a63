import { createHmac } from "node:crypto";
import { discord, github, type ListenerEvent, slack, stripe, TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";

const secret = "a secret of some length";
const DEEP = 100_000;
const deepList = "[".repeat(DEEP) + "]".repeat(DEEP);
const deepObject = `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`;
const trigger = (data: string) =>
  `{"id":"msg_1","timestamp":"2026-01-01T00:00:00Z","type":"composio.trigger.message","metadata":{"log_id":"","trigger_slug":"ACME_X"},"data":${data}}`;

const inboxes = [
  ["memory", () => undefined],
  [
    "SQLite",
    () => {
      const { folder, remove } = temporaryFolder();
      // Taken off after the listener has closed what is in it.
      onTestFinished(remove);
      return sqliteInbox({ path: `${folder}/inbox.db` });
    },
  ],
] as const;

async function open(inbox: ReturnType<(typeof inboxes)[number][1]>) {
  const listener = new TriggerListener({
    ...(inbox === undefined ? {} : { inbox }),
    webhook: {
      port: 0,
      secrets: secret,
      routes: {
        "/webhooks/{provider}": [
          github({ secrets: secret }),
          slack({ secrets: secret }),
          stripe({ secrets: secret }),
          discord({ unsigned: true }),
        ],
      },
    },
  });
  onTestFinished(() => listener.stop());
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  const payloads: Record<string, unknown>[] = [];
  listener.callback({}, (event) => void payloads.push(event.payload));
  await listener.start();
  const url = listener.health().webhook?.url ?? expect.fail();
  const mac = (text: string, encoding: "hex" | "base64" = "hex") =>
    createHmac("sha256", secret).update(text).digest(encoding);
  const seconds = () => String(Math.floor(Date.now() / 1000));
  let sent = 0;
  const headersFor: Record<string, (body: string) => Record<string, string>> = {
    "/webhook": (body) => {
      sent += 1;
      const time = seconds();
      return {
        "webhook-id": `msg_${sent}`,
        "webhook-timestamp": time,
        "webhook-signature": `v1,${mac(`msg_${sent}.${time}.${body}`, "base64")}`,
      };
    },
    "/webhooks/github": (body) => ({
      "x-hub-signature-256": `sha256=${mac(body)}`,
      "x-github-event": "push",
    }),
    "/webhooks/slack": (body) => {
      const time = seconds();
      return { "x-slack-request-timestamp": time, "x-slack-signature": `v0=${mac(`v0:${time}:${body}`)}` };
    },
    "/webhooks/stripe": (body) => {
      const time = seconds();
      return { "stripe-signature": `t=${time},v1=${mac(`${time}.${body}`)}` };
    },
    "/webhooks/discord": () => ({}),
  };
  const post = async (path: string, body: string) =>
    (await fetch(`${url}${path}`, { method: "POST", body, headers: headersFor[path]?.(body) ?? {} })).status;
  return { listener, reports, payloads, post, paths: Object.keys(headersFor) };
}

test.each(inboxes)("signed and nested deeper than any stack: acknowledged, over %s", async (_, inbox) => {
  const { listener, reports, post, paths } = await open(inbox());
  for (const path of paths) {
    for (const body of [deepList, deepObject, `{"event":${deepObject}}`, trigger(deepObject)]) {
      expect(await post(path, body), `${path} ${body.slice(0, 40)}`).toBeOneOf([200, 202, 204]);
    }
  }
  await expect.poll(() => listener.health().running, { timeout: 15_000 }).toBe(0);
  expect(reports.filter(({ type }) => /warning|trouble|refused/.test(type))).toEqual([]);
});

test("signed and malicious: nothing is polluted, no number is too long, the last of two members counts", async () => {
  const { payloads, post } = await open(undefined);
  expect(
    await post(
      "/webhooks/stripe",
      '{"id":"e1","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    ),
  ).toBe(200);
  expect(await post("/webhooks/stripe", `{"id":"e2","n":${"9".repeat(1_000_000)}}`)).toBe(200);
  expect(await post("/webhooks/stripe", '{"id":"e3","id":"e4","n":1,"n":2}')).toBe(200);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(payloads.map(({ n }) => n)).toEqual([undefined, Number.POSITIVE_INFINITY, 2]);
  expect(Object.hasOwn(payloads[0] ?? {}, "__proto__")).toBe(true);
});
