// Builds the dashboard, or checks its types. Its packages stand in a package.json of the app.
//
//   node scripts/dashboard.mjs build [folder]   default folder: dist/dashboard
//   node scripts/dashboard.mjs typecheck

import { resolve } from "node:path";
import { installNested, npm } from "./install-nested.mjs";

const app = "src/dev/dashboard/app";
const [command, folder = "dist/dashboard"] = process.argv.slice(2);
if (command !== "build" && command !== "typecheck") {
  throw new Error(`Unknown command ${command}: use "build" or "typecheck".`);
}
await installNested(app);
// Under another NODE_ENV, such as that of a test run, React's slow development build would go into the page.
process.env.NODE_ENV = "production";
const args = command === "build" ? ["--", "--outDir", resolve(folder), "--emptyOutDir"] : [];
process.exitCode = await npm(app, ["run", "--silent", command, ...args]);
