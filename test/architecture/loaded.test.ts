import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** What only some users need, or what is heavy: each is loaded when it is asked for. */
const later = [
  /^src\/cli\//,
  /^src\/dev\//,
  /^src\/inbox\/(sqlite|redis)\//,
  /^src\/testing/,
  /^src\/mcp\//,
  /^src\/transports\/mcp\/(?!(?:transport)\.ts$)/,
  /^src\/protocol\/mcp-events/,
  /^src\/monitoring\/(otel|prometheus)\.ts$/,
  /^src\/json-schema\//,
  /^src\/verify\/jose/,
  /^(better-sqlite3|@opentelemetry|@modelcontextprotocol|@hono|prom-client|bullmq|ioredis|ws|undici|jose|@cfworker\/json-schema)(\/|$)/,
];

/** Every file and package that `import` of an entry loads: not what a program may ask for later. */
async function loadedBy(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [join(root, entry)],
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    packages: "external",
    outdir: "out",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const { inputs } = metafile;
  const seen = new Set([entry]);
  for (const file of seen) {
    for (const { path, kind } of inputs[file]?.imports ?? []) if (kind === "import-statement") seen.add(path);
  }
  return [...seen];
}

const offending = (loaded: readonly string[]) =>
  loaded.filter((path) => later.some((each) => each.test(path)));

test("whoever imports the package loads no command line, no local platform, no store, no socket", async () => {
  const loaded = await loadedBy("src/index.ts");
  expect(loaded).toContain("src/listener.ts");
  expect(offending(loaded)).toEqual([]);
});

test("no other command loads anything of MCP", async () => {
  const ofMcp = (loaded: readonly string[]) =>
    loaded.filter((path) => /^src\/mcp\/|modelcontextprotocol/.test(path));
  const loaded = await loadedBy("src/cli/commands/index.ts");
  expect(loaded).toContain("src/cli/commands/mcp.ts");
  expect(ofMcp(loaded)).toEqual([]);
  // Its own command loads the tools without the SDK, which is loaded for a server.
  const tools = ofMcp(await loadedBy("src/mcp/tools/index.ts"));
  expect(tools.length).toBeGreaterThan(10);
  expect(tools.filter((path) => path.includes("modelcontextprotocol"))).toEqual([]);
});

test("who loads more would be noticed", async () => {
  expect(offending(await loadedBy("src/dev/index.ts"))).toContain("src/dev/platform.ts");
  expect(offending(await loadedBy("src/inbox/redis/index.ts"))).toContain("src/inbox/redis/connect.ts");
  expect(offending(await loadedBy("src/mcp/index.ts"))).toContain("src/mcp/server.ts");
  expect(offending(await loadedBy("src/transports/mcp/client.ts"))).toContain("src/transports/mcp/push.ts");
});

test("whoever imports the MCP server loads the official SDK with the first request only", async () => {
  const loaded = await loadedBy("src/mcp/index.ts");
  expect(loaded.filter((path) => path.startsWith("@modelcontextprotocol"))).toEqual([]);
});
