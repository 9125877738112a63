import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "tsup";
import { afterAll, beforeAll, expect, test } from "vitest";
import config from "../../tsup.config.js";
import { temporaryFolder } from "./temporary-folder.js";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const { folder, remove } = temporaryFolder();
const dist = join(folder, "dist");

// The package's own settings, of the SQLite inbox, its thread and what they share with the rest.
beforeAll(async () => {
  for (const options of [config].flat()) {
    if (typeof options === "function") throw new Error("tsup.config.ts has plain objects");
    const entry = Object.fromEntries(
      Object.entries(options.entry as Record<string, string>).filter(([name]) =>
        /^(sqlite|shared$)/.test(name),
      ),
    );
    if (Object.keys(entry).length === 0) continue;
    await build({
      ...options,
      config: false,
      entry,
      outDir: dist,
      dts: false,
      sourcemap: false,
      silent: true,
      clean: false,
    });
  }
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(root, "node_modules/better-sqlite3"), join(folder, "node_modules/better-sqlite3"));
}, 60_000);
afterAll(remove);

const use = `
  const inbox = sqliteInbox({ path: process.env.DB });
  const clock = {
    now: Date.now,
    monotonic: () => performance.now(),
    after: (ms, fn) => { const timer = setTimeout(fn, ms); return { clear: () => clearTimeout(timer) }; },
  };
  const entry = { id: "1", triggerName: "T", source: "webhook", origin: { provider: "p", signed: true }, body: new Uint8Array(3), receivedAt: 1 };
  inbox.open({ clock, dedupeWindowMs: 1e6, maxPending: 10, leaseMs: 1000, warn: console.error })
    .then(() => inbox.store(entry, false))
    .then(({ state }) => console.log(state))
    .then(() => inbox.close())
    .catch((error) => console.log(error.code, error.message));
`;
const esm = (where: string) => `import { sqliteInbox } from "${where}/sqlite.js";${use}`;
const cjs = (where: string) => `const { sqliteInbox } = require("${where}/sqlite.cjs");${use}`;

async function says(args: readonly string[], db: string): Promise<string> {
  const { stdout } = await run(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, DB: join(folder, db) },
  });
  return stdout.trim();
}

test("the built package starts its thread, as a module and as CommonJS, from a file and from the command line", async () => {
  writeFileSync(join(folder, "app.mjs"), esm("./dist"));
  writeFileSync(join(folder, "app.cjs"), cjs("./dist"));
  expect(await says(["app.mjs"], "1.db")).toBe("new");
  expect(await says(["app.cjs"], "2.db")).toBe("new");
  expect(await says(["--input-type=module", "-e", esm("./dist")], "3.db")).toBe("new");
  expect(await says(["-e", cjs("./dist")], "4.db")).toBe("new");
  expect(await says(["app.cjs"], "1.db"), "one file for both").toBe("duplicate");
});

test("without better-sqlite3 it uses Node's own SQLite, silently; where Node has none, it says both ways", async () => {
  const { folder: bare, remove: removeBare } = temporaryFolder();
  await run("cp", ["-r", dist, join(bare, "dist")]);
  for (const [name, code] of [
    ["app.mjs", esm("./dist")],
    ["app.cjs", cjs("./dist")],
  ] as const) {
    writeFileSync(join(bare, name), code);
    const { stdout, stderr } = await run(process.execPath, [name], {
      cwd: bare,
      env: { ...process.env, DB: `${name}.db` },
    });
    expect(stderr, name).toBe("");
    expect(stdout, name).toMatch(
      isBuiltin("node:sqlite")
        ? /^new$/m
        : /^ERR_PEER_MISSING .*Node 22\.13 or later.*npm install better-sqlite3/,
    );
  }
  removeBare();
});

test.each(["esm", "cjs"] as const)(
  "bundled without its thread, as %s, it says what to do",
  async (format) => {
    const { build: bundle } = await import("esbuild");
    const outfile = join(folder, "bundle", format === "esm" ? "app.mjs" : "app.cjs");
    writeFileSync(join(folder, "app.mjs"), esm("./dist"));
    await bundle({
      entryPoints: [join(folder, "app.mjs")],
      outfile,
      bundle: true,
      platform: "node",
      format,
      packages: "external",
      logLevel: "error",
    });
    expect(await says([outfile], `${format}.db`)).toMatch(
      /^ERR_INBOX_UNAVAILABLE .*leave the package earshot out of the bundle/,
    );
  },
);
