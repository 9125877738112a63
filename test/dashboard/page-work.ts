import type { Page } from "playwright-core";
import { processorMs } from "../support/processor-time.js";

/** What passed, and what processors worked for the page and for the server, which is in this process. */
export interface Took {
  readonly passedMs: number;
  readonly workedMs: number;
}

/** A stopwatch for a page and its server. A limit on the work holds on a busy machine, too. */
export async function pageStopwatch(page: Page): Promise<{
  readonly start: () => Promise<() => Promise<Took>>;
  /** Processor time of the page's main thread since the stopwatch was made. */
  readonly mainThreadMs: () => Promise<number>;
}> {
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable", { timeDomain: "threadTicks" });
  const mainThreadMs = async () => {
    const { metrics } = await client.send("Performance.getMetrics");
    const { value = 0 } = metrics.find(({ name }) => name === "TaskDuration") ?? {};
    return value * 1_000;
  };
  const start = async () => {
    const [pageMs, serverMs, from] = [await mainThreadMs(), processorMs(), performance.now()];
    return async (): Promise<Took> => {
      const [passedMs, serverWorkMs] = [performance.now() - from, processorMs() - serverMs];
      return { passedMs, workedMs: (await mainThreadMs()) - pageMs + serverWorkMs };
    };
  };
  return { start, mainThreadMs };
}

/** The least of both: no more than passed, and no more than was worked. */
export function tookMs({ passedMs, workedMs }: Took): number {
  return Math.min(passedMs, workedMs);
}

export function tookText({ passedMs, workedMs }: Took): string {
  return `${passedMs.toFixed(0)} ms (processors ${workedMs.toFixed(0)} ms)`;
}
