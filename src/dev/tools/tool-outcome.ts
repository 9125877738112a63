import type { JsonObject } from "../../model/json.js";

/** What came of running a tool. */
export interface ToolOutcome {
  readonly data: JsonObject;
  /** Why it failed; null where it did not. */
  readonly error: string | null;
  readonly successful: boolean;
  readonly logId: string;
}
