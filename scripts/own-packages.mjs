import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Settings of esbuild for a program that is made of the sources and lies in a nested package. The program's own
 * packages stay outside of the bundle; what the sources import is the root's, even where the nested package has another version.
 *
 * @param root the folder of this repository
 * @param outside packages of the sources that stay outside; the others go into the bundle, which then starts in half
 *   the time. All unless given
 */
export function ownPackages(root, outside = undefined) {
  const sources = join(root, "src");
  const alias = {
    "earshot/dev": join(sources, "dev/index.ts"),
    "earshot/sqlite": join(sources, "inbox/sqlite/index.ts"),
    "earshot/redis": join(sources, "inbox/redis/index.ts"),
    "earshot/verify": join(sources, "verify/index.ts"),
    "earshot/prometheus": join(sources, "monitoring/prometheus.ts"),
    "earshot/mcp": join(sources, "mcp/index.ts"),
    "earshot/otel": join(sources, "monitoring/otel.ts"),
    "earshot/dashboard": join(sources, "dashboard/index.ts"),
    "earshot/testing": join(sources, "testing/index.ts"),
    earshot: join(sources, "index.ts"),
  };
  const plugin = {
    name: "own-packages",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
        if (pluginData === alias || kind === "entry-point" || Object.hasOwn(alias, path)) return undefined;
        // What a package that is in the bundle imports. Programs may lie in node_modules/.cache.
        if (outside !== undefined && /\/node_modules\/(?!\.)/.test(importer)) return undefined;
        if (!importer.startsWith(sources + sep)) return { path, external: true };
        const found = await build.resolve(path, { kind, resolveDir, pluginData: alias });
        // A peer that is not installed fails where it is imported, as for a user.
        if (found.errors.length > 0 || found.external) return { path, external: true };
        const isInside = outside !== undefined && !outside.some((name) => `${path}/`.startsWith(`${name}/`));
        if (isInside) return { path: found.path };
        return { path: pathToFileURL(found.path).href, external: true };
      });
    },
  };
  // Named conditions leave out "module", which Node does not know: files for bundlers only.
  const conditions = ["node"];
  return {
    alias,
    plugins: [plugin],
    conditions,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
  };
}
