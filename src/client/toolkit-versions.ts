import type { ToolkitVersions } from "../settings/toolset.js";
import type { QueryValues } from "./query.js";

/**
 * The versions of the toolkits, the same to look a trigger up and to enable it: the config is then checked against
 * the schema that the platform uses. Pinned ones are in brackets: `toolkit_versions[github]=20250909_00`.
 */
export function versionQuery(versions: ToolkitVersions): QueryValues {
  if (typeof versions === "string") return { toolkit_versions: versions };
  return Object.fromEntries(
    Object.entries(versions).map(([app, version]) => [`toolkit_versions[${app}]`, version]),
  );
}

/** The version to execute a tool in: the pinned one of its app, whose name its own begins with. */
export function versionOfTool(versions: ToolkitVersions, toolName: string): string {
  if (typeof versions === "string") return versions;
  const apps = Object.keys(versions).filter((app) => toolName.startsWith(`${app.toUpperCase()}_`));
  const [app] = apps.sort((a, b) => b.length - a.length);
  return (app !== undefined && versions[app]) || "latest";
}
