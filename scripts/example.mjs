// Runs an example by its number: `npm run example 01`. The platform is where COMPOSIO_BASE_URL says, else the
// local one at its usual port.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";

const [wanted = ""] = process.argv.slice(2);
const names = readdirSync("examples").filter((name) => name.endsWith(".ts"));
const name = names.find((file) => wanted !== "" && file.startsWith(wanted));
if (name === undefined) {
  console.error(`Which example? ${names.map((file) => file.replace(/\.ts$/, "")).join(", ")}`);
  process.exit(2);
}

// Inside node_modules, so that the example's imports resolve as a user's would.
const folder = "node_modules/.cache/earshot-examples";
mkdirSync(folder, { recursive: true });
const outfile = join(folder, name.replace(/\.ts$/, ".mjs"));
buildSync({
  entryPoints: [join("examples", name)],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  alias: {
    "earshot/dev": "./src/dev/index.ts",
    "earshot/sqlite": "./src/inbox/sqlite/index.ts",
    "earshot/verify": "./src/verify/index.ts",
    "earshot/prometheus": "./src/monitoring/prometheus.ts",
    "earshot/otel": "./src/monitoring/otel.ts",
    "earshot/testing": "./src/testing/index.ts",
    earshot: "./src/index.ts",
  },
  logLevel: "error",
});
const child = spawn(process.execPath, ["--enable-source-maps", outfile], {
  stdio: "inherit",
  env: { COMPOSIO_API_KEY: "local", COMPOSIO_BASE_URL: "http://127.0.0.1:4747", ...process.env },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("close", (code) => process.exit(code ?? 1));
