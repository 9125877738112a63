import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { signedWebhook } from "earshot/testing";
import { beforeAll, expect, test } from "vitest";
import { rejected, unavailable } from "../../../src/pipeline/responses.js";
import { rejections } from "../../../src/transports/webhook/responses.js";
import { freePort } from "../../support/free-port.js";
import { compile, run } from "../../support/program.js";

const root = join(import.meta.dirname, "../../..");
const folder = join(root, "test/compat/node_modules/.cache/earshot-webhooks-page");
const page = readFileSync(join(root, "docs/webhooks.md"), "utf8");
const secret = "a secret of the webhooks page";

interface Block {
  readonly name: string;
  readonly code: string;
}

/** Sections without a server: `test/docs/code.test.ts` runs their programs. */
const guides = ["Deliveries that were missed", "Polling instead of a URL"];

/** Complete programs only: an excerpt is marked as another language. */
const blocks: Block[] = page.split(/^## /m).flatMap((section, at) => {
  const heading = section.slice(0, section.indexOf("\n"));
  if (guides.includes(heading)) return [];
  const found = [...section.matchAll(/^```ts\n([\s\S]*?)^```$/gm)];
  return found.map(([, code = ""], nth) => ({ name: `${heading} (${at}.${nth + 1})`, code }));
});

const serving = blocks.filter(({ code }) => code.includes("process.env.PORT"));
const exporting = blocks.filter(({ code }) => /^export /m.test(code));

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
});

function compiled({ name, code }: Block, more = ""): Promise<string> {
  const slug = name.replaceAll(/\W+/g, "-").toLowerCase();
  const file = join(folder, `${slug}.ts`);
  writeFileSync(file, code + more);
  return compile(file, `webhooks-page-${slug}`);
}

/** Waits until somebody listens there. */
async function listening(port: number, ended: Promise<unknown>): Promise<void> {
  let over = false;
  ended.then(() => {
    over = true;
  });
  for (const deadline = performance.now() + 10_000; ; ) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, "localhost");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open === true) return;
    if (over || performance.now() > deadline) throw new Error("The program does not listen.");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const env = (port: number) => ({
  PORT: String(port),
  COMPOSIO_API_KEY: "local",
  // The secret is given, so that nobody is asked for it.
  COMPOSIO_BASE_URL: "http://203.0.113.1",
  COMPOSIO_WEBHOOK_SECRET: secret,
});

const signed = () => signedWebhook({ secret, triggerName: "GITHUB_STAR_ADDED_EVENT", payload: { a: 1 } });

test("the page has every framework", () => {
  expect(serving.map(({ name }) => name.replace(/ \(.+$/, ""))).toEqual([
    "Own server",
    "node:http",
    "HTTP/2",
    "Express",
    "Express",
    "Nest",
    "Fastify",
    "Koa",
  ]);
  expect(exporting.map(({ name }) => name.replace(/ \(.+$/, ""))).toEqual([
    "Hono",
    "Workers, Bun, Deno",
    "Next.js",
    "Next.js",
  ]);
  expect(serving.length + exporting.length).toBe(blocks.length);
});

/** A rejected delivery is warned of; nothing else is said. */
const unexpected = (lines: readonly string[]) =>
  lines.filter((line) => !/EarshotWarning: A delivery .* was rejected with 401|--trace-warnings/.test(line));

test.each(serving)("$name takes what is signed, and nothing else", async (block) => {
  const port = await freePort();
  const program = run(await compiled(block), [], env(port));
  await listening(port, program.ended);
  const post = block.name.startsWith("HTTP/2") ? postOverHttp2 : postOverHttp;
  const { headers, body } = signed();
  expect(await post(port, headers, body), program.lines.join("\n")).toBeLessThan(300);
  expect(await post(port, headers, `${body} `)).toBe(401);
  expect(unexpected(program.lines)).toEqual([]);
});

async function postOverHttp(port: number, headers: Record<string, string>, body: string): Promise<number> {
  return (await fetch(`http://localhost:${port}/webhook`, { method: "POST", headers, body })).status;
}

async function postOverHttp2(port: number, headers: Record<string, string>, body: string): Promise<number> {
  const { connect: open } = await import("node:http2");
  const session = open(`http://localhost:${port}`);
  const stream = session.request({ ":method": "POST", ":path": "/webhook", ...headers });
  const status = new Promise<number>((resolve, reject) => {
    stream.on("response", (got) => resolve(Number(got[":status"]))).on("error", reject);
  });
  stream.end(body);
  return status.finally(() => session.destroy());
}

test.each(exporting)("$name takes what is signed, and nothing else", async (block) => {
  const file = await compiled(block);
  const driver = join(folder, `${block.name.replaceAll(/\W+/g, "-")}-driver.mjs`);
  // What the framework does with the module: calls its handler.
  writeFileSync(
    driver,
    `const { createServer } = await import("node:http");
const route = await import(${JSON.stringify(pathToFileURL(file).href)});
const requests = ${JSON.stringify([signed(), { ...signed(), body: "{}" }])};
const answer = async ({ headers, body }) => {
  const init = { method: "POST", headers, body };
  if (route.POST) return route.POST(new Request("https://example.com/webhook", init));
  if (route.default.fetch) return route.default.fetch(new Request("https://example.com/webhook", init));
  const server = createServer(route.default).listen(0);
  await new Promise((resolve) => server.once("listening", resolve));
  return fetch("http://localhost:" + server.address().port + "/api/webhook", init);
};
for (const request of requests) console.log("status", (await answer(request)).status);
process.exit();
`,
  );
  const program = run(driver, [], env(0));
  await program.ended;
  expect(unexpected(program.lines)).toEqual(["status 200", "status 401"]);
});

test("the page's table of statuses is the one of the code", () => {
  const rows = [...page.matchAll(/^\| (\d{3}) +\| `(\w+)` +\|/gm)].map(
    ([, status, code]) => `${status} ${code}`,
  );
  const afterVerification = [rejected(400), rejected(401), unavailable({ full: 0 })];
  const own = [...Object.values(rejections), ...afterVerification].map(({ status, body }) => {
    const { error } = JSON.parse(String(body)) as { error: { code: string } };
    return `${status} ${error.code}`;
  });
  expect(new Set(rows)).toEqual(new Set([...own, "405 method_not_allowed"]));
});
