import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { Toolset } from "../../src/index.js";
import { StandardWebhook as Webhook } from "../compat/signing.js";
import { compile, run } from "../support/program.js";
import { selfSigned } from "../support/pusher-server/certificate.js";
import { begin, type Command, earshot, jsonLines } from "./cli.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
/** The long form, `npm run test:forward`, has 10,000. */
const EVENTS = Number(process.env.FORWARD_EVENTS ?? 400);
let platform: Platform;

beforeEach(async () => {
  platform = await startPlatform();
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  await toolset.close();
});
afterEach(() => platform.stop());

async function forwarding(url: string, ...args: string[]): Promise<Command> {
  const running = begin(["listen", "--forward", url, "--json", ...args], {
    env: { COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" },
  });
  await running.err(/Listening\./);
  return running;
}

/** The secret that `listen --forward` prints. */
const secretIn = (stderr: string): string => / COMPOSIO_WEBHOOK_SECRET=(whsec_\S+)$/m.exec(stderr)?.[1] ?? "";

/** A server that answers each whole request with a status. */
async function server(statusOf: (body: string, request: IncomingMessage) => number): Promise<string> {
  const opened = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    response.writeHead(statusOf(Buffer.concat(parts).toString("utf8"), request)).end();
  });
  await new Promise<void>((resolve) => opened.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        opened.close(() => resolve());
        opened.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(opened.address() as AddressInfo).port}/hook`;
}

test("a server that verifies with standardwebhooks accepts what is forwarded", async () => {
  let secret = "";
  const verified: unknown[] = [];
  const url = await server((body, { headers }) => {
    try {
      verified.push(new Webhook(secret).verify(body, headers as Record<string, string>));
      // The platform's own clients take the secret's text as the key.
      new Webhook(secret, { format: "raw" }).verify(body, headers as Record<string, string>);
      return 204;
    } catch {
      return 401;
    }
  });
  const listen = await forwarding(url, "--max-events", "1");
  secret = secretIn(listen.stderr());
  await platform.fire(STAR, { data: { starred_by: "naïve ☂" } });
  const { code, stdout } = await listen.ended;
  expect(jsonLines(stdout)).toMatchObject([{ forwarded: { status: 204, attempt: 1 } }]);
  expect(verified).toMatchObject([{ type: "composio.trigger.message", data: { starred_by: "naïve ☂" } }]);
  expect(code).toBe(0);
});

test("the bytes are those of the platform's own webhook", async () => {
  const direct: string[] = [];
  const forwarded: string[] = [];
  const ofPlatform = await server((body) => {
    direct.push(body);
    return 200;
  });
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  await toolset.setWebhookUrl(ofPlatform);
  await toolset.close();
  const url = await server((body) => {
    forwarded.push(body);
    return 200;
  });
  const listen = await forwarding(url, "--max-events", "3");
  for (const starred_by of ["ada", "☂", '"quoted"']) await platform.fire(STAR, { data: { starred_by } });
  await listen.ended;
  await platform.idle();
  expect(direct).toHaveLength(3);
  expect([...forwarded].sort()).toEqual([...direct].sort());
});

test("the webhook example of examples/, unchanged, accepts it", async () => {
  // A platform of its own, so that what it receives can only have been forwarded.
  const other = await startPlatform();
  onTestFinished(() => other.stop());
  const listen = await forwarding("http://127.0.0.1:1/");
  const secret = secretIn(listen.stderr());
  listen.signal("SIGINT");
  await listen.ended;
  const example = run(await compile(join(import.meta.dirname, "../../examples/02-webhook.ts")), [], {
    COMPOSIO_BASE_URL: other.url,
    COMPOSIO_API_KEY: "local",
    COMPOSIO_WEBHOOK_SECRET: secret,
  });
  const toolset = new Toolset({ baseUrl: other.url, apiKey: "local" });
  onTestFinished(() => toolset.close());
  const urlOf = () => toolset.getWebhookUrl();
  await expect.poll(urlOf, { timeout: 60_000 }).toMatch(/^http/);
  const accepted = await forwarding(String(await urlOf()), "--max-events", "1");
  await platform.fire(STAR, { data: { starred_by: "ada" } });
  expect(await example.line(/starred by/)).toBe("starred by ada over webhook");
  expect(jsonLines((await accepted.ended).stdout)).toMatchObject([{ forwarded: { status: 200 } }]);
  expect(other.events()).toEqual([]);
  // The secret stays the same from one start to the next.
  expect(secretIn(accepted.stderr())).toBe(secret);
});

test(`${EVENTS} events to a target that fails one in ten: none is lost`, {
  timeout: 60_000 + EVENTS * 60,
}, async () => {
  const accepted = new Map<string, number>();
  let requests = 0;
  const url = await server((body) => {
    requests += 1;
    if (requests % 10 === 0) return 500;
    const { metadata } = JSON.parse(body) as { metadata: { log_id: string } };
    accepted.set(metadata.log_id, (accepted.get(metadata.log_id) ?? 0) + 1);
    return 200;
  });
  const listen = await forwarding(url, "--max-events", String(EVENTS), "--concurrency", "50");
  const fired: string[] = [];
  while (fired.length < EVENTS) {
    fired.push(...(await platform.fire(STAR, { data: { starred_by: `user ${fired.length}` } })).logIds);
  }
  const { code, stdout } = await listen.ended;
  expect(code).toBe(0);
  const lines = jsonLines(stdout) as { id: string; forwarded: { status: number; attempt: number } }[];
  expect(lines.map(({ id }) => id).sort()).toEqual([...fired].sort());
  expect(lines.every(({ forwarded }) => forwarded.status === 200)).toBe(true);
  expect([...accepted.keys()].sort()).toEqual([...fired].sort());
  const again = lines.filter(({ forwarded }) => forwarded.attempt > 1).length;
  expect(again).toBeGreaterThan(EVENTS / 20);
  process.stdout.write(
    `${fired.length} fired, ${accepted.size} accepted, ${requests} requests, ${again} tried again\n`,
  );
});

test("an event that is never accepted is given up after --attempts, printed, and the exit code is 1", async () => {
  const url = await server(() => 500);
  const listen = await forwarding(url, "--max-events", "1", "--attempts", "2");
  const { logIds } = await platform.fire(STAR);
  const { code, stdout, stderr } = await listen.ended;
  expect(code).toBe(1);
  expect(jsonLines(stdout)).toMatchObject([
    { id: logIds[0], forwarded: { attempt: 2, error: `${url} responded with 500` } },
  ]);
  expect(stderr).toMatch(new RegExp(`Not accepted: 1\\.[\\s\\S]*${logIds[0]}`));
});

/** A server with a self-signed certificate. It answers 204. */
async function secureServer(): Promise<{
  readonly url: string;
  readonly ca: string;
  readonly seen: () => number;
}> {
  let seen = 0;
  const { cert, key } = selfSigned();
  const opened = createSecureServer({ cert, key }, (request, response) => {
    seen += 1;
    request.resume();
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => opened.listen(0, "127.0.0.1", resolve));
  const folder = await mkdtemp(join(tmpdir(), "earshot-ca-"));
  const ca = join(folder, "ca.pem");
  await writeFile(ca, cert);
  onTestFinished(async () => {
    opened.closeAllConnections();
    opened.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { url: `https://127.0.0.1:${(opened.address() as AddressInfo).port}/`, ca, seen: () => seen };
}

test("forwarding to HTTPS with a self-signed certificate fails, and the message names --ca and --insecure", async () => {
  const { url, seen } = await secureServer();
  const listen = await forwarding(url, "--max-events", "1", "--attempts", "1");
  await platform.fire(STAR);
  const { stdout, code } = await listen.ended;
  expect(jsonLines(stdout)).toMatchObject([
    { forwarded: { error: expect.stringMatching(/self-signed certificate.*--ca FILE.*--insecure/) } },
  ]);
  expect([seen(), code]).toEqual([0, 1]);
});

test("--insecure and --ca FILE forward to HTTPS with a self-signed certificate; replay takes them too", async () => {
  const { url, ca, seen } = await secureServer();
  const ids: string[] = [];
  for (const options of [["--insecure"], ["--ca", ca]]) {
    const listen = await forwarding(url, "--max-events", "1", ...options);
    ids.push(...(await platform.fire(STAR)).logIds);
    const { stdout, code } = await listen.ended;
    expect(jsonLines(stdout)).toMatchObject([{ forwarded: { status: 204 } }]);
    expect(code).toBe(0);
  }
  const env = { COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" };
  const again = await earshot(["replay", ...ids, "--to", url, "--insecure"], { env });
  expect(again.code, again.stderr).toBe(0);
  expect(seen()).toBe(4);
});

test("a target at a port that fetch refuses to reach gets its events", async () => {
  const opened = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  onTestFinished(() => {
    opened.closeAllConnections();
    opened.close();
  });
  const port = await firstFree(opened, [6000, 10080, 6697, 6665, 6666, 6667, 5060, 4190]);
  const listen = await forwarding(`http://127.0.0.1:${port}/`, "--max-events", "1", "--attempts", "1");
  await platform.fire(STAR);
  expect(jsonLines((await listen.ended).stdout)).toMatchObject([{ forwarded: { status: 204 } }]);
});

async function firstFree(server: Server, ports: readonly number[]): Promise<number> {
  for (const port of ports) {
    const opened = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (opened) return port;
  }
  throw new Error(`none of ${ports.join(", ")} is free`);
}
