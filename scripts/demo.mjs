// Runs `earshot demo` from the sources: `npm run demo`. Options of the command follow: `npm run demo -- --for 10`.
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { ownPackages } from "./own-packages.mjs";

const outdir = "node_modules/.cache/earshot-demo";
await build({
  ...ownPackages(resolve(".")),
  entryPoints: { cli: "src/cli/main.ts" },
  // What a command loads on demand stays apart, as in the package.
  splitting: true,
  outdir,
  outExtension: { ".js": ".mjs" },
  logLevel: "warning",
});
const cli = resolve(join(outdir, "cli.mjs"));
process.argv.splice(1, 1, cli, "demo");
await import(pathToFileURL(cli).href);
