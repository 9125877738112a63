import { request } from "node:https";
import { type ListenerEvent, TriggerListener, type WebhookOptions } from "earshot";
import { signedWebhook } from "earshot/testing";
import { afterEach, expect, test } from "vitest";
import { cert, key } from "../transports/webhook/certificate.js";

const secret = "a secret of some length";
const running: TriggerListener[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((listener) => listener.stop()));
});

async function open(webhook: WebhookOptions) {
  const listener = new TriggerListener({ webhook: { port: 0, secrets: secret, ...webhook } });
  running.push(listener);
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  const received: unknown[] = [];
  listener.callback({}, ({ payload }) => void received.push(payload));
  await listener.start();
  return { listener, reports, received, url: listener.health().webhook?.url ?? expect.fail() };
}

const signed = (payload: Record<string, unknown>) =>
  signedWebhook({ secret, triggerName: "ACME_X", payload });

/** Over TLS, with the test's certificate as the one to trust. */
function postOverTls(url: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { method: "POST", ca: cert, servername: "localhost", agent: false, headers }, (res) => {
      res.resume().on("end", () => resolve(res.statusCode ?? 0));
    })
      .on("error", reject)
      .end(body);
  });
}

test("with a key and a certificate the listener's own server speaks HTTPS, and nothing else", async () => {
  for (const tls of [
    { key, cert },
    { key: Buffer.from(key), cert: Buffer.from(cert) },
  ]) {
    const { url, received, reports } = await open({ tls, host: "127.0.0.1" });
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(reports).toContainEqual({ type: "webhook.listening", url });
    const { headers, body } = signed({ sealed: true });
    expect(await postOverTls(`${url}/webhook`, headers, body)).toBe(200);
    expect(await postOverTls(`${url}/webhook`, headers, `${body} `)).toBe(401);
    expect(received).toEqual([{ sealed: true }]);
    await expect(fetch(`${url.replace("https", "http")}/webhook`, { method: "POST" })).rejects.toThrow();
  }
});

test("without them it speaks HTTP; one without the other, or an invalid one, is an error before anything opens", async () => {
  const { url } = await open({});
  expect(url).toMatch(/^http:\/\//);
  expect(() => new TriggerListener({ webhook: { secrets: secret, tls: { key } as never } })).toThrow(
    "`webhook.tls` has a `key` and a `cert`, both PEM.",
  );
  const wrong = new TriggerListener({ webhook: { port: 0, secrets: secret, tls: { key: "x", cert: "y" } } });
  running.push(wrong);
  await expect(wrong.start()).rejects.toMatchObject({ code: "ERR_OPTION" });
});

test.each([
  [undefined, "9.9.9.9", "127.0.0.1"],
  [0, "9.9.9.9", "127.0.0.1"],
  [1, "6.6.6.6, 9.9.9.9", "9.9.9.9"],
  [2, "6.6.6.6, 9.9.9.9, 10.0.0.1", "9.9.9.9"],
  [1, undefined, "127.0.0.1"],
] as const)(
  "with trustedProxies %s and X-Forwarded-For %s, the address in reports is %s",
  async (trustedProxies, forwarded, address) => {
    const { url, reports } = await open({
      host: "127.0.0.1",
      ...(trustedProxies === undefined ? {} : { trustedProxies }),
    });
    const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
    // Rejected by the verification, and rejected by the server: the address is the same.
    expect((await fetch(`${url}/webhook`, { method: "POST", body: "{}", headers })).status).toBe(401);
    expect((await fetch(`${url}/elsewhere`, { method: "POST", body: "{}", headers })).status).toBe(404);
    const rejected = reports.filter((report) => report.type === "delivery.rejected");
    expect(rejected.map(({ remoteAddress }) => remoteAddress)).toEqual([address, address]);
  },
);
