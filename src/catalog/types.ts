import type { JsonSchema } from "../model/json.js";

/** One trigger type that the local platform offers: what it is called, what it wants, what it sends. */
export interface CatalogTrigger {
  /** In upper case, unique in a catalog: `GITHUB_STAR_ADDED_EVENT`. */
  readonly name: string;
  /** For people: `Star added`. */
  readonly displayName: string;
  /** When it fires, in a sentence. */
  readonly description: string;
  /** What to do before it can fire. Empty where nothing is to be done. */
  readonly instructions: string;
  /** The app's slug, in lower case: `github`. */
  readonly appName: string;
  /** For people: `GitHub`. */
  readonly appDisplayName: string;
  /** Whether the app tells the platform, or the platform asks the app from time to time. */
  readonly type: "webhook" | "poll";
  /** What enabling it takes: a schema of an object. */
  readonly config: JsonSchema;
  /** What its events carry: a schema of an object. */
  readonly payload: JsonSchema;
  /** `20250930_00` */
  readonly version: string;
  /** Whether enabling it needs a webhook endpoint of one's own OAuth app. */
  readonly requiresWebhookEndpoint: boolean;
}

/** One tool that the local platform offers, which generation 1 calls an action. */
export interface CatalogTool {
  /** In upper case, unique in a catalog: `GITHUB_CREATE_AN_ISSUE`. */
  readonly name: string;
  /** For people: `Create an issue`. */
  readonly displayName: string;
  /** What it does, in a sentence or two: a model reads it. */
  readonly description: string;
  /** The app's slug, in lower case: `github`. */
  readonly appName: string;
  /** For people: `GitHub`. */
  readonly appDisplayName: string;
  /** `important` for those that are listed first, and hints such as `readOnlyHint` and `destructiveHint`. */
  readonly tags: readonly string[];
  /** Its arguments: a schema of an object. */
  readonly input: JsonSchema;
  /** The `data` of its result: a schema of an object. */
  readonly output: JsonSchema;
  /** `20250930_00` */
  readonly version: string;
}
