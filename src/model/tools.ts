import type { CatalogTools } from "../generated/tool-types/index.js";
import type { JsonObject, JsonSchema } from "./json.js";
import type { KnownNameOf, MemberOf } from "./known-name.js";

/** What the types know of one tool. */
export interface ToolTypes {
  readonly arguments: object;
  readonly data: object;
}

/**
 * Tool name → its arguments and the data of its result. The tools of the built-in catalog are here; add your own in a
 * file that is a module, as for `TriggerMap`.
 *
 * @example
 * declare module "earshot" {
 *   interface ToolMap {
 *     ACME_REFUND_ORDER: { arguments: { orderId: string }; data: { refundId: string } };
 *   }
 * }
 *
 * export {};
 */
export interface ToolMap extends CatalogTools {}

/** Tool name → its types, as your platform describes them. Where a name is in both, this counts. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface PlatformTools {}

type KnownTool = keyof ToolMap | keyof PlatformTools;

/** A tool's name that the types know, offered by the editor; any other string is fine too. */
export type ToolName = KnownTool | (string & Record<never, never>);

type NameOf<Name extends string> = KnownNameOf<Name, KnownTool>;

type TypesOf<Name> = Name extends keyof PlatformTools
  ? PlatformTools[Name]
  : Name extends keyof ToolMap
    ? ToolMap[Name]
    : unknown;

/** The arguments of a tool: its own type where the types know its name; a record of `unknown` where they do not. */
export type ArgumentsOf<Name extends string> = Name extends string
  ? [NameOf<Name>] extends [never]
    ? JsonObject
    : MemberOf<TypesOf<NameOf<Name>>, "arguments">
  : never;

/** The data of a tool's result, in the same way. */
export type DataOf<Name extends string> = Name extends string
  ? [NameOf<Name>] extends [never]
    ? JsonObject
    : MemberOf<TypesOf<NameOf<Name>>, "data">
  : never;

/** A tool as the platform describes it. */
export interface ToolDefinition {
  /** `GITHUB_CREATE_AN_ISSUE`. On the wire: `slug` in generation 3, `name` in generation 1. */
  readonly name: string;
  /** The app in lower case: `github`. On the wire: `toolkit.slug`, or `appKey` (else `appName`). */
  readonly appName: string;
  /** The name for people: `Create an issue`. */
  readonly displayName: string;
  /** What it does; a model chooses by it. Empty where the platform has none. */
  readonly description: string;
  /** JSON Schema of the arguments. On the wire: `input_parameters`, or `parameters`. */
  readonly inputSchema: JsonSchema;
  /** JSON Schema of the result's data. On the wire: `output_parameters`, or `response`. */
  readonly outputSchema: JsonSchema;
  /** `important`, `readOnlyHint` and the like. */
  readonly tags: readonly string[];
  /** `20250909_00`; `undefined` where the platform returns none. */
  readonly version: string | undefined;
  /** False where it runs without a connected account. */
  readonly needsAccount: boolean;
}

/** What came of running a tool. `successful` tells the two forms apart. */
export type ToolResult<Data = JsonObject> =
  | {
      readonly successful: true;
      readonly data: Data;
      readonly error: undefined;
      /** The platform's id of this run; `undefined` for a local tool. */
      readonly logId: string | undefined;
    }
  | {
      readonly successful: false;
      /** What the tool returned beside the error; mostly empty. */
      readonly data: JsonObject;
      /** Why it failed, in words. */
      readonly error: string;
      readonly logId: string | undefined;
    };
