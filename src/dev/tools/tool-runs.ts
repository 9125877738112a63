import type { JsonObject } from "../../model/json.js";
import { Records } from "../world/records.js";
import { IdempotentRuns } from "./idempotency.js";
import { ToolFaults } from "./tool-faults.js";
import type { ToolOutcome } from "./tool-outcome.js";

/** One run of a tool, as the platform remembers it. */
export interface ToolRun extends ToolOutcome {
  /** `SLACK_SEND_MESSAGE` */
  readonly tool: string;
  readonly appName: string;
  /** Null for a tool without an account. */
  readonly userId: string | null;
  /** `ca_…`; null for a tool without an account. */
  readonly connectedAccountId: string | null;
  readonly arguments: JsonObject;
  /** The call's idempotency key; null without one. */
  readonly idempotencyKey: string | null;
  /** Whether the result is an earlier run's, found by its idempotency key. */
  readonly isReplayed: boolean;
  /** ISO 8601 */
  readonly at: string;
  readonly durationMs: number;
}

/** What is kept of the runs of tools: their faults, their idempotency keys, and the newest ones themselves. */
export class ToolRuns {
  readonly faults = new ToolFaults();
  readonly idempotent = new IdempotentRuns();
  readonly #runs = new Records<ToolRun & { readonly number: number }>(
    ({ number }) => String(number),
    () => undefined,
  );
  #count = 0;

  add(run: ToolRun): void {
    this.#count += 1;
    this.#runs.put({ ...run, number: this.#count });
  }

  /** Newest first. */
  newest(limit: number): readonly ToolRun[] {
    return this.#runs
      .all()
      .slice(-limit)
      .reverse()
      .map(({ number: _, ...run }) => run);
  }
}
