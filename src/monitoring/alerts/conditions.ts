import type { ListenerEvent } from "../../base/listener-events.js";
import { hasLatency } from "../../model/delivery.js";
import type { AlertRule } from "../../settings/alerts.js";
import { startOfSchedule } from "./schedule.js";

/** What a rule watches. Times are epoch milliseconds: silence has to outlast a restart. */
export interface Condition {
  add(event: ListenerEvent, nowMs: number): void;
  /** Why it holds now, as a sentence; `undefined` where it does not. */
  holds(nowMs: number): string | undefined;
  /** When the last event was received; of silence only. */
  lastAtMs?: number;
}

const PLATFORM_EVENTS = new Set(["COMPOSIO.TRIGGER.DISABLED", "COMPOSIO.CONNECTED_ACCOUNT.EXPIRED"]);
/** A delivery that is not for this listener at all, or whose sender only was too slow, is no sign of a wrong secret. */
const SIGNATURE_CODES = /^ERR_(?:SIGNATURE|TIMESTAMP)/;

export function conditionOf(rule: AlertRule, startedAtMs: number): Condition {
  switch (rule.kind) {
    case "errorRate":
      return errorRate(rule);
    case "latency":
      return latency(rule);
    case "silence":
      return new Silence(rule, startedAtMs);
    case "gap":
      return new Gap(rule);
    case "deadLetters":
      return counted(
        rule,
        "dead letters",
        (event) => event.type === "event.dead-lettered" && isAbout(rule, event),
      );
    case "rejected":
      return counted(
        rule,
        "rejected deliveries",
        (event) => event.type === "delivery.rejected" && SIGNATURE_CODES.test(event.error.code),
      );
    case "platform":
      return counted(
        rule,
        "triggers were disabled, or accounts expired",
        (event) => event.type === "event.stored" && PLATFORM_EVENTS.has(event.triggerName.toUpperCase()),
      );
  }
}

type AboutEvent = Extract<ListenerEvent, { readonly triggerName: string; readonly provider: string }>;

function isAbout({ triggerNames, provider, callback }: AlertRule, event: AboutEvent): boolean {
  if (triggerNames !== undefined && !triggerNames.includes(event.triggerName.toUpperCase())) return false;
  if (provider !== undefined && event.provider.toLowerCase() !== provider) return false;
  return callback === undefined || ("callback" in event && event.callback === callback);
}

/** Parts into which a window is cut: what is older than the window is forgotten a part at a time. */
const PARTS = 60;

/** Sums over the last `windowMs` milliseconds, in constant space. */
class SlidingSums {
  readonly #partMs: number;
  readonly #parts: { at: number; good: number; bad: number }[] = [];

  constructor(windowMs: number) {
    this.#partMs = windowMs / PARTS;
  }

  add(nowMs: number, good: number, bad: number): void {
    const at = Math.floor(nowMs / this.#partMs);
    let last = this.#parts.at(-1);
    if (last === undefined || last.at !== at) {
      last = { at, good: 0, bad: 0 };
      this.#parts.push(last);
      if (this.#parts.length > PARTS) this.#parts.shift();
    }
    last.good += good;
    last.bad += bad;
  }

  read(nowMs: number): { readonly good: number; readonly bad: number } {
    const since = Math.floor(nowMs / this.#partMs) - PARTS;
    let good = 0;
    let bad = 0;
    for (const part of this.#parts) {
      if (part.at <= since) continue;
      good += part.good;
      bad += part.bad;
    }
    return { good, bad };
  }
}

function errorRate(rule: AlertRule): Condition {
  const sums = new SlidingSums(rule.windowMs);
  return {
    add(event, nowMs) {
      if (event.type !== "callback.done" && event.type !== "callback.failed") return;
      if (isAbout(rule, event))
        sums.add(nowMs, event.type === "callback.done" ? 1 : 0, event.type === "callback.failed" ? 1 : 0);
    },
    holds(nowMs) {
      const { good, bad } = sums.read(nowMs);
      if (good + bad < rule.least || bad / (good + bad) <= rule.above) return undefined;
      return `${bad} of ${good + bad} attempts failed within ${shownMs(rule.windowMs)}; the limit is ${Math.round(rule.above * 100)} %.`;
    },
  };
}

/** Measurements that are kept: enough for a percentile. */
const MAX_SAMPLES = 1000;

function latency(rule: AlertRule): Condition {
  const samples: { readonly at: number; readonly ms: number }[] = [];
  return {
    add(event, nowMs) {
      if (event.type !== "event.done" || !hasLatency(event.source) || !isAbout(rule, event)) return;
      samples.push({ at: nowMs, ms: event.durationMs });
      if (samples.length > MAX_SAMPLES) samples.shift();
    },
    holds(nowMs) {
      while (samples[0] !== undefined && samples[0].at <= nowMs - rule.windowMs) samples.shift();
      if (samples.length < rule.least) return undefined;
      const sorted = samples.map(({ ms }) => ms).sort((a, b) => a - b);
      const at = Math.max(0, Math.ceil((rule.percentile / 100) * sorted.length) - 1);
      const value = sorted[at] ?? 0;
      if (value <= rule.above) return undefined;
      return `${rule.percentile} % of the events took up to ${shownMs(value)}; the limit is ${shownMs(rule.above)}.`;
    },
  };
}

function counted(rule: AlertRule, what: string, isOne: (event: ListenerEvent) => boolean): Condition {
  const sums = new SlidingSums(rule.windowMs);
  return {
    add(event, nowMs) {
      if (isOne(event)) sums.add(nowMs, 0, 1);
    },
    holds(nowMs) {
      const { bad } = sums.read(nowMs);
      return bad > rule.above ? `${bad} ${what} within ${shownMs(rule.windowMs)}.` : undefined;
    },
  };
}

class Silence implements Condition {
  lastAtMs: number;
  readonly #rule: AlertRule;

  constructor(rule: AlertRule, startedAtMs: number) {
    this.#rule = rule;
    this.lastAtMs = startedAtMs;
  }

  add(event: ListenerEvent, nowMs: number): void {
    const isOne = event.type === "event.stored" || event.type === "event.duplicate";
    if (isOne && isAbout(this.#rule, event)) this.lastAtMs = nowMs;
  }

  holds(nowMs: number): string | undefined {
    const { schedule, above } = this.#rule;
    // Outside of its times nothing is expected; in them, the silence begins with them at the earliest.
    const opensMs = schedule === undefined ? Number.NEGATIVE_INFINITY : startOfSchedule(schedule, nowMs);
    if (opensMs === undefined) return undefined;
    if (nowMs - Math.max(this.lastAtMs, opensMs) < above) return undefined;
    return `No event was received since ${new Date(this.lastAtMs).toISOString()}; one is expected every ${shownMs(above)}.`;
  }
}

class Gap implements Condition {
  readonly #rule: AlertRule;
  #openedAtMs: number | undefined;
  /** A gap that could not be filled counts until the next one that is. */
  #unfilled: string | undefined;

  constructor(rule: AlertRule) {
    this.#rule = rule;
  }

  add(event: ListenerEvent, nowMs: number): void {
    if (event.type === "gap.opened") this.#openedAtMs ??= nowMs;
    if (event.type !== "gap.filled" && event.type !== "gap.unfilled") return;
    this.#openedAtMs = undefined;
    const between = `from ${event.from.toISOString()} to ${event.to.toISOString()}`;
    this.#unfilled = event.type === "gap.unfilled" ? `Events ${between} may be missing.` : undefined;
  }

  holds(nowMs: number): string | undefined {
    if (this.#unfilled !== undefined) return this.#unfilled;
    if (this.#openedAtMs === undefined || nowMs - this.#openedAtMs < this.#rule.above) return undefined;
    return `Events may be missing since ${new Date(this.#openedAtMs).toISOString()}.`;
  }
}

function shownMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 6000) / 10} min` : `${Math.round(ms / 360_000) / 10} h`;
}
