import type { CatalogTool } from "../../catalog/types.js";
import type { JsonSchema } from "../../model/json.js";
import type { PlatformContext } from "../context.js";
import { toolsAbout } from "../tools/tool-catalog.js";

/** A filter of tools: those that fit every part of it. */
export interface ToolChoice {
  /** Names in any case; where there are some, nothing else counts. */
  readonly names?: readonly string[] | undefined;
  readonly apps?: readonly string[] | undefined;
  /** Tools with one of these tags, in any case. */
  readonly tags?: readonly string[] | undefined;
  /** Words of what is to be done: the tools that they fit, the best first. */
  readonly about?: string | undefined;
  readonly isImportant?: boolean;
}

export function chosenTools({ tools }: PlatformContext, filter: ToolChoice): readonly CatalogTool[] {
  const names = filter.names?.map((name) => name.toUpperCase());
  if (names !== undefined) return tools.all.filter(({ name }) => names.includes(name));
  const apps = filter.apps?.map((app) => app.toLowerCase());
  const tags = filter.tags?.map((tag) => tag.toLowerCase());
  const found = tools.all.filter(
    (tool) =>
      (apps?.includes(tool.appName) ?? true) &&
      (tags === undefined || tool.tags.some((tag) => tags.includes(tag.toLowerCase()))) &&
      (filter.isImportant !== true || tool.tags.includes("important")),
  );
  return filter.about === undefined ? found : toolsAbout(found, filter.about);
}

/** The schema of a whole result, as the platform describes it: the tool's own data is one member. */
export function resultSchema({ output, displayName }: CatalogTool): JsonSchema {
  const { title, ...data } = output;
  return {
    title,
    type: "object",
    properties: {
      data: { title: "Data", description: `The data of: ${displayName}`, ...data },
      error: { title: "Error", description: "Why it failed.", type: "string", nullable: true, default: null },
      successful: { title: "Successful", description: "Whether it did not fail.", type: "boolean" },
    },
    required: ["data", "successful"],
  };
}
