import type { JsonObject } from "../../model/json.js";
import type { Answer } from "../answer.js";
import type { ClientTool } from "../client-forms.js";

/** A tool as `tools/list` of the Model Context Protocol has it. */
export interface MCPTool {
  name: string;
  description: string;
  inputSchema: { type: "object"; [keyword: string]: unknown };
}

/** The result of `tools/call`. */
export interface MCPResult {
  content: { type: "text"; text: string }[];
  structuredContent?: { [name: string]: unknown } | undefined;
  isError?: boolean | undefined;
}

/** Tools for an MCP server. */
export interface MCPTools {
  /** For `tools/list`. */
  readonly tools: MCPTool[];
  /** For `tools/call`. */
  readonly callTool: (
    call: { readonly name: string; readonly arguments?: JsonObject | undefined },
    options?: { readonly signal?: AbortSignal | undefined },
  ) => Promise<MCPResult>;
}

export function mcpTool({ name, description, parameters }: ClientTool): MCPTool {
  return { name, description, inputSchema: { ...parameters, type: "object" } };
}

export function mcpResult({ isError, text, data }: Answer): MCPResult {
  const content: MCPResult["content"] = [{ type: "text", text }];
  if (isError) return { content, isError };
  return data === undefined ? { content } : { content, structuredContent: { ...data } };
}
