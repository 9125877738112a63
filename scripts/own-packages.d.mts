import type { BuildOptions } from "esbuild";

export function ownPackages(
  root: string,
  outside?: readonly string[],
): Pick<BuildOptions, "alias" | "plugins" | "conditions" | "bundle" | "platform" | "format" | "target">;
