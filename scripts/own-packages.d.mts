import type { BuildOptions } from "esbuild";

export function ownPackages(
  root: string,
  nested?: readonly string[],
  outside?: readonly string[],
): Pick<BuildOptions, "alias" | "plugins" | "conditions" | "bundle" | "platform" | "format" | "target">;
