import { createHmac } from "node:crypto";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { signedWebhook } from "earshot/testing";
import { build, type Metafile } from "esbuild";
import { expect, test } from "vitest";
import { EdgeVM } from "../../compat/edge.js";

const root = join(import.meta.dirname, "../../..");
const secret = "a secret of some length";

/** Modules of Node that a bundled package names without `node:`; the package's own build adds it. */
const bare = ["assert", "http", "https", "net", "os", "tls", "tty", "url", "util"];

/** The package as a bundler for Workers makes it. */
async function bundle() {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, "src/index.ts")],
    bundle: true,
    splitting: true,
    format: "esm",
    outdir: "out",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["ws", "undici", "node:*", ...bare],
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  return { outputFiles, metafile };
}

/** What is loaded together with a file: what it imports when it is loaded, not what it may ask for later. */
function loadedWith(metafile: Metafile, output: string, seen = new Set<string>()): Set<string> {
  for (const { path, kind } of metafile.outputs[output]?.imports ?? []) {
    if (kind === "dynamic-import" || seen.has(path)) continue;
    seen.add(path);
    loadedWith(metafile, path, seen);
  }
  return seen;
}

test("whoever imports the package loads nothing of Node's", async () => {
  const { metafile } = await bundle();
  const own = Object.keys(metafile.outputs).find(
    (name) => metafile.outputs[name]?.entryPoint === "src/index.ts",
  );
  const loaded = [...loadedWith(metafile, own ?? expect.fail())];
  expect(loaded.filter((path) => isBuiltin(path) || path === "ws" || path === "undici")).toEqual([]);
});

/** The whole package in a runtime that has the web's standards and nothing of Node: no process, no Buffer. */
async function edge(): Promise<EdgeVM> {
  const {
    outputFiles: [script],
  } = await build({
    entryPoints: [join(root, "src/index.ts")],
    bundle: true,
    format: "iife",
    globalName: "earshot",
    platform: "neutral",
    mainFields: ["module", "main"],
    external: ["ws", "undici", "node:*", ...bare],
    write: false,
    logLevel: "silent",
  });
  const vm = new EdgeVM();
  expect(vm.evaluate("typeof process + typeof Buffer + typeof require")).toBe("undefined".repeat(3));
  vm.evaluate(script?.text ?? "");
  vm.evaluate(`
    const secret = ${JSON.stringify(secret)};
    const heard = [], reports = [];
    const listener = new earshot.TriggerListener({
      webhook: {
        secrets: secret,
        maxBodyBytes: 10_000,
        routes: { "/webhooks/{provider}": [earshot.github({ secrets: secret }), earshot.slack({ secrets: secret })] },
      },
    });
    listener.on("*", (report) => reports.push(report.type));
    listener.callback({}, async (event) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      heard.push(event.appName + " " + event.triggerName);
    });
    const handle = listener.fetchHandler();
    addEventListener("fetch", (event) => {
      event.respondWith(handle(event.request, { waitUntil: (promise) => event.waitUntil(promise) }));
    });
  `);
  return vm;
}

test("in a runtime with nothing but web standards: started, mounted, signed, forged, oversized, undecodable", async () => {
  const vm = await edge();
  await vm.evaluate("listener.start()");
  const send = async (path: string, headers: Record<string, string>, body: string) => {
    const answer = await vm.dispatchFetch(`https://edge.example.com${path}`, {
      method: "POST",
      headers,
      body,
    });
    await answer.waitUntil();
    // Not a moment later: a runtime that has waited for what it was asked to may freeze everything now.
    expect(vm.evaluate("listener.health().running")).toBe(0);
    return answer.status;
  };
  const hex = (text: string) => createHmac("sha256", secret).update(text).digest("hex");
  const github = (body: string) => ({
    "x-hub-signature-256": `sha256=${hex(body)}`,
    "x-github-event": "push",
  });
  const slack = (body: string) => {
    const time = String(Math.floor(Date.now() / 1000));
    return { "x-slack-request-timestamp": time, "x-slack-signature": `v0=${hex(`v0:${time}:${body}`)}` };
  };
  const own = signedWebhook({ secret, triggerName: "ACME_X", payload: { a: 1 } });
  expect(await send("/webhook", own.headers, own.body)).toBe(200);
  expect(await send("/webhook", own.headers, `${own.body} `)).toBe(401);
  expect(await send("/webhook", own.headers, own.body)).toBe(200);
  const push = '{"ref":"main"}';
  expect(await send("/webhooks/github", github(push), push)).toBe(200);
  expect(await send("/webhooks/github", { "x-hub-signature-256": "sha256=00" }, push)).toBe(400);
  // Neither an id nor a digest comes with this one, and neither is there JSON in the next.
  const command = '{"type":"block_actions"}';
  expect(await send("/webhooks/slack", slack(command), command)).toBe(200);
  expect(await send("/webhooks/slack", slack("[not JSON"), "[not JSON")).toBe(200);
  const challenge = '{"type":"url_verification","challenge":"abc"}';
  expect(await send("/webhooks/slack", slack(challenge), challenge)).toBe(200);
  const large = JSON.stringify({ text: "x".repeat(10_000) });
  expect(await send("/webhooks/github", github(large), large)).toBe(413);
  expect(await send("/elsewhere", {}, "{}")).toBe(404);
  expect((await vm.dispatchFetch("https://edge.example.com/readyz")).status).toBe(200);

  expect(vm.evaluate("heard.join()")).toBe("acme ACME_X,github push,slack block_actions");
  const types: string[] = vm.evaluate("reports.join()").split(",");
  expect(types).toEqual(
    expect.arrayContaining(["event.duplicate", "delivery.undecodable", "webhook.handshake"]),
  );
  expect(types.filter((type) => /warning|trouble|failed/.test(type))).toEqual([]);
  await vm.evaluate("listener.stop()");
});
