import { execFileSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { installBetterSqlite3 } from "../../scripts/install-nested.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Below the project's own node_modules, so that the build finds what it depends on. */
const folder = `${root}node_modules/.cache/earshot-bench`;

/** The package as users get it, built by its own settings, apart from `dist`, which others may be rewriting. */
export async function build() {
  await installBetterSqlite3();
  execFileSync(`${root}node_modules/.bin/tsup`, ["--outDir", folder, "--no-dts", "--silent"], {
    cwd: root,
    stdio: "inherit",
  });
  // What users cannot reach, for the rows that measure one stage alone.
  execFileSync(
    `${root}node_modules/.bin/esbuild`,
    ["src/callbacks/callback-index.ts", "src/callbacks/parse-filter.ts"].concat(
      "--bundle --platform=node --format=esm --packages=external --log-level=warning --sourcemap".split(" "),
      `--outdir=${folder}/stages`,
    ),
    { cwd: root, stdio: "inherit" },
  );
}

/** The path of one of the build's files. */
export const built = (name) => `${folder}/${name}`;
/** The same, to be imported. */
export const builtUrl = (name) => pathToFileURL(built(name)).href;
