import { setImmediate as turn } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { ListenerEvent } from "../../../src/base/listener-events.js";
import type { Delivery } from "../../../src/model/delivery.js";
import type { PlatformAccess } from "../../../src/model/platform.js";
import type { TriggerLog } from "../../../src/model/trigger-log.js";
import { Backfill, type BackfillOptions } from "../../../src/transports/backfill/backfill.js";
import { type PlatformLogOptions, platformLog } from "../../../src/transports/backfill/platform-log.js";
import { type ManualClock, manualClock } from "../../support/manual-clock.js";

/** A platform's log in memory, in which lines appear when they do, and which fails when it is told to. */
export class FakeLog {
  readonly lines: { readonly line: TriggerLog; readonly visibleAt: number }[] = [];
  readonly asked: { readonly since: number; readonly until: number }[] = [];
  /** Thrown by the next readings, one each; after so many lines. */
  readonly failures: { readonly error: Error; readonly afterLines: number }[] = [];
  /** Readings in progress. */
  readings = 0;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  /** @param lateMs how much later than it fired the event stands in the log */
  add(id: string, at = this.#clock.now(), lateMs = 0, bare = false): void {
    const unknown = undefined;
    const line: TriggerLog = {
      id,
      triggerName: "A_TEST",
      appName: "a",
      triggerId: "t",
      connectionId: "c",
      integrationId: unknown,
      entityId: unknown,
      status: "success",
      payload: bare ? unknown : { id },
      originalPayload: unknown,
      error: unknown,
      createdAt: new Date(at),
      raw: {},
    };
    this.lines.push({ line, visibleAt: at + lateMs });
  }

  readonly read: PlatformAccess["logs"] = (range) => this.#counted(range);

  async *#counted(range: Parameters<PlatformAccess["logs"]>[0]): AsyncGenerator<TriggerLog> {
    this.readings += 1;
    try {
      yield* this.#read(range);
    } finally {
      this.readings -= 1;
    }
  }

  async *#read({ since, until, signal }: Parameters<PlatformAccess["logs"]>[0]): AsyncGenerator<TriggerLog> {
    this.asked.push({ since, until });
    const failure = this.failures.shift();
    let given = 0;
    const now = this.#clock.now();
    const lines = this.lines
      .filter(({ line, visibleAt }) => {
        const at = line.createdAt.getTime();
        return visibleAt <= now && at >= since && at < until;
      })
      .sort((a, b) => a.line.createdAt.getTime() - b.line.createdAt.getTime());
    for (const { line } of lines) {
      await Promise.resolve();
      signal.throwIfAborted();
      if (failure !== undefined && given >= failure.afterLines) throw failure.error;
      given += 1;
      yield line;
    }
    if (failure !== undefined) throw failure.error;
  }
}

/** A backfill over such a log, and an inbox that is a list of ids. */
export function aBackfill(options: Partial<Omit<BackfillOptions, "log">> & Partial<PlatformLogOptions> = {}) {
  const clock = manualClock();
  const log = new FakeLog(clock);
  const reports: ListenerEvent[] = [];
  const stored: string[] = [];
  const { logs = log.read, clockAhead, onDelivery = store, ...rest } = options;
  function store(delivery: Delivery): boolean {
    const id = idOf(delivery);
    if (stored.includes(id)) return false;
    stored.push(id);
    return true;
  }
  const backfill = new Backfill({
    log: platformLog({ logs, clockAhead, onDelivery, clock }),
    clock,
    random: () => 0.999_999,
    send: (report) => reports.push(report),
    ...rest,
  });
  onTestFinished(() => backfill.stop());
  return {
    clock,
    log,
    reports,
    stored,
    backfill,
    told: <T extends ListenerEvent["type"]>(type: T) => of(reports, type),
  };
}

export function idOf({ body }: Delivery): string {
  return String(JSON.parse(String(body)).log_id);
}

function of<T extends ListenerEvent["type"]>(
  reports: readonly ListenerEvent[],
  type: T,
): Extract<ListenerEvent, { type: T }>[] {
  return reports.filter((report): report is Extract<ListenerEvent, { type: T }> => report.type === type);
}

/** Lets what is under way go on until the condition holds; fails where it does not come to that. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 2000; turns += 1) {
    if (holds()) return;
    await turn();
  }
  throw new Error(`It never came to: ${what}`);
}
