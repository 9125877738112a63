// Runs an example by its number: `npm run example 01`. The platform is where COMPOSIO_BASE_URL says, else the
// local one at its usual port. On a local platform, models are its scripted one, unless there is a vendor's key.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { installBetterSqlite3, installNested } from "./install-nested.mjs";
import { ownPackages } from "./own-packages.mjs";

const [wanted = ""] = process.argv.slice(2);
const names = readdirSync("examples").filter((name) => name.endsWith(".ts"));
const name = names.find((file) => wanted !== "" && file.startsWith(wanted));
if (name === undefined) {
  console.error(`Which example? ${names.map((file) => file.replace(/\.ts$/, "")).join(", ")}`);
  process.exit(2);
}
await installNested("examples");
await installBetterSqlite3();

const { env } = process;
const baseUrl = env.COMPOSIO_BASE_URL ?? "http://127.0.0.1:4747";
const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(new URL(baseUrl).hostname);
const scripted = {
  ...(!env.OPENAI_API_KEY && { OPENAI_API_KEY: "local", OPENAI_BASE_URL: `${baseUrl}/model/openai/v1` }),
  ...(!env.GEMINI_API_KEY && { GEMINI_API_KEY: "local", GOOGLE_GEMINI_BASE_URL: `${baseUrl}/model/gemini` }),
};

// Inside node_modules, so that the example's imports resolve as a user's would.
const outfile = join("examples/node_modules/.cache", name.replace(/\.ts$/, ".mjs"));
await build({
  ...ownPackages(resolve(".")),
  entryPoints: [join("examples", name)],
  outfile,
  logLevel: "error",
});
const child = spawn(process.execPath, ["--enable-source-maps", outfile], {
  stdio: "inherit",
  env: { COMPOSIO_API_KEY: "local", COMPOSIO_BASE_URL: baseUrl, ...(isLocal && scripted), ...env },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("close", (code) => process.exit(code ?? 1));
