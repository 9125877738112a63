import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { signedWebhook } from "earshot/testing";
import { beforeAll, expect, test } from "vitest";
import { bun, deno, installPackage, next, type Served, workerd } from "./servers.js";

const secret = "a secret of some length";
const signed = () => signedWebhook({ secret, triggerName: "ACME_X", payload: { text: "Grüße" } });

beforeAll(installPackage);

async function post(
  { url }: Served,
  path: string,
  request: { headers: Record<string, string>; body: string },
) {
  const answer = await fetch(url + path, { method: "POST", ...request });
  return [answer.status, ((await answer.json()) as { error?: { code: string } }).error?.code];
}

/** Sends half a body and hangs up. */
function hangUp({ url }: Served, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"half":`, () => {
        socket.destroy();
        resolve();
      });
    });
    socket.on("error", reject);
  });
}

test.each([
  ["Bun", bun],
  ["Deno", deno],
  ["workerd", workerd],
])(
  "%s: the built package takes what is signed, refuses the rest, and runs its callbacks",
  async (_, start) => {
    const served = await start();
    const good = signed();
    expect(await post(served, "/webhook", good)).toEqual([200, undefined]);
    expect(await post(served, "/webhook", { ...good, body: `${good.body} ` })).toEqual([401, "unauthorized"]);
    const body = '{"ref":"main"}';
    const mac = createHmac("sha256", secret).update(body).digest("hex");
    const headers = { "x-hub-signature-256": `sha256=${mac}`, "x-github-event": "push" };
    expect(await post(served, "/webhooks/github", { headers, body })).toEqual([200, undefined]);
    const token = { "x-gitlab-token": secret, "x-gitlab-event": "Push Hook" };
    expect(await post(served, "/webhooks/gitlab", { headers: token, body })).toEqual([200, undefined]);
    expect(await post(served, "/webhooks/gitlab", { headers: {}, body })).toEqual([401, "unauthorized"]);
    const large = { headers, body: "x".repeat(200_000) };
    expect(await post(served, "/webhooks/github", large)).toEqual([413, "too_large"]);
    expect(await post(served, "/elsewhere", good)).toEqual([404, "not_found"]);
    await hangUp(served, "/webhook");
    const heard = async () => (await fetch(`${served.url}/heard`)).json();
    await expect.poll(heard, { timeout: 10_000 }).toEqual(["ACME_X", "push", "Push Hook"]);
    expect((await fetch(`${served.url}/readyz`)).status).toBe(200);
  },
);

test("Next.js, a production build of both routers: good, forged, oversized, hung up, and parsed before us", {
  timeout: 400_000,
}, async () => {
  const served = await next();
  for (const path of ["/webhook", "/api/webhook"]) {
    const good = signed();
    expect(await post(served, path, good), served.output()).toEqual([200, undefined]);
    expect(await post(served, path, { ...good, body: `${good.body} ` })).toEqual([401, "unauthorized"]);
    expect(await post(served, path, { ...good, body: "x".repeat(200_000) })).toEqual([413, "too_large"]);
    await hangUp(served, path);
    expect(await post(served, path, signed())).toEqual([200, undefined]);
  }
  for (const [path, fix] of [
    ["/parsed", "export const POST = listener.fetchHandler()"],
    ["/api/parsed", "bodyParser: false"],
  ] as const) {
    expect(await post(served, path, signed())).toEqual([500, "body_consumed"]);
    expect(served.output()).toMatch(/^refused Next\.js has read the body already/m);
    expect(served.output()).toContain(fix);
  }
});
