import type { Agent } from "undici";
import type { Clock, Timer } from "../../base/clock.js";
import { equalJitterMs, type RetryPolicy, retryAfterMs } from "../../base/retry.js";
import type { WebhookVersion } from "../../protocol/shapes.js";
import { AttemptLog, type DeliveryAttempt } from "./attempts.js";
import { FaultCounts, type WebhookFaults } from "./faults.js";
import { OrderedQueue } from "./ordered-queue.js";
import { openAgent, type PostResult, post } from "./post.js";
import { deliveryHeaders } from "./signature.js";
import { targetProblem } from "./target.js";

/** A webhook to deliver. */
export interface WebhookDelivery {
  readonly url: string;
  /** Keys the signature: its UTF-8 text, as given. */
  readonly secret: string;
  /** The shape of the body; a header names it. */
  readonly version: WebhookVersion;
  /** `msg_…`: the same at every attempt, so that a receiver knows copies. */
  readonly messageId: string;
  readonly logId: string;
  /** JSON, sent byte for byte. */
  readonly body: string;
  /**
   * Deliveries of one key are first tried strictly one after the other, in the order they were given; what has to be
   * tried again steps aside and does not delay the others. Default: no order is kept beyond the order of starting.
   */
  readonly orderKey?: string;
}

/** How a delivery ended. */
export interface DeliveryResult {
  readonly messageId: string;
  readonly logId: string;
  readonly url: string;
  /** Whether a 2xx came. */
  readonly delivered: boolean;
  /** How many attempts were made; 0 where the target is not allowed. */
  readonly attempts: number;
  /** Of the last attempt. */
  readonly status: number | undefined;
  readonly error: string | undefined;
}

export interface WebhookSenderOptions {
  readonly clock: Clock;
  /** Default `Math.random`. */
  readonly random?: () => number;
  /** Default 6 attempts, pauses of 500 ms doubling up to 60 s, half of each at random. */
  readonly retry?: RetryPolicy;
  /** Limit for one attempt, milliseconds. Default 15,000. */
  readonly timeoutMs?: number;
  /** Attempts under way at one time. Default 32. */
  readonly concurrency?: number;
  /** How many attempts {@link WebhookSender.deliveries} remembers. Default 1,000. */
  readonly remember?: number;
  /** Deliveries waiting at one time; one beyond them fails at once. Default 100,000. */
  readonly maxPending?: number;
  /** Whether webhooks may go to other machines. Default false: loopback only. */
  readonly allowRemote?: boolean;
  readonly onSettled?: (settled: DeliveryResult) => void;
  /** Called after every attempt. */
  readonly onAttempt?: (attempt: DeliveryAttempt) => void;
}

/** Delivers webhooks as the platform does: signed afresh at each attempt, tried again until taken or given up. */
export interface WebhookSender {
  /** Queues a webhook; reports its result through `onSettled`. Never throws. */
  send(delivery: WebhookDelivery): void;
  /** The newest attempts, newest first. */
  deliveries(): readonly DeliveryAttempt[];
  /** Deliveries that have not ended: those that wait, are under way, or will be tried again. */
  pending(): number;
  readonly faults: WebhookFaults;
  /** Resolves as soon as nothing is pending. */
  idle(): Promise<void>;
  /** Gives up what is pending, without telling of it, and closes its connections. */
  close(): Promise<void>;
}

/** A delivery that is being sent. */
interface DeliveryJob {
  readonly delivery: WebhookDelivery;
  readonly url: URL;
  /** Attempts begun. */
  attempts: number;
  /** A second copy made by a fault: tried once, without a result. */
  readonly extra: boolean;
}

/** An hour: the longest pause that a `Retry-After` can cause. */
const LONGEST_PAUSE_MS = 3_600_000;
/** Twice what receivers tolerate. */
const STALE_SECONDS = 600;
/** What a fault makes of an answer. */
const FAILED: PostResult = { status: 500, headers: {}, body: "Failed on purpose", error: undefined };
/** What of a request's body is remembered with its attempt, in characters. */
const SHOWN = 4_096;

export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { clock, random = Math.random, timeoutMs = 15_000, concurrency = 32 } = options;
  const { allowRemote = false, maxPending = 100_000 } = options;
  const retry = options.retry ?? { attempts: 6, baseMs: 500, capMs: 60_000 };
  const log = new AttemptLog(options.remember ?? 1000);
  const faults = new FaultCounts();
  const line = new OrderedQueue<DeliveryJob>();
  const timers = new Set<Timer>();
  const idlers = new Set<() => void>();
  let agent: Promise<Agent> | undefined;
  let pending = 0;
  let underWay = 0;
  let closed = false;

  function later(delayMs: number, fn: () => void): void {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer);
      fn();
    });
    timers.add(timer);
  }

  function pump(): void {
    while (!closed && underWay < concurrency) {
      const job = line.shift();
      if (job === undefined) return;
      underWay += 1;
      void run(job);
    }
  }

  async function run(job: DeliveryJob): Promise<void> {
    agent ??= openAgent(concurrency, timeoutMs);
    const opened = await agent;
    if (closed) return;
    const first = job.attempts === 0;
    job.attempts += 1;
    const startedAt = clock.now();
    const startedMono = clock.monotonic();
    const { delivery } = job;
    if (first && !job.extra) {
      if (faults.strikes("lose")) {
        end(job, "lost on purpose", undefined);
        return;
      }
      if (faults.strikes("duplicate")) {
        pending += 1;
        line.push({ delivery, url: job.url, attempts: 0, extra: true });
      }
    }
    const headers = signed(job, startedAt);
    const answered = await post(opened, clock, { url: job.url, headers, body: delivery.body, timeoutMs });
    if (closed) return;
    const failed = !job.extra && answered.error === undefined && faults.strikes("failAnswer");
    const result = failed ? FAILED : answered;
    const error = failed ? "answered 500, on purpose" : problemOf(result);
    const pauseMs = error === undefined || job.extra ? undefined : pauseAfter(job, result);
    const made: DeliveryAttempt = {
      messageId: delivery.messageId,
      logId: delivery.logId,
      url: delivery.url,
      attempt: job.attempts,
      startedAt,
      durationMs: clock.monotonic() - startedMono,
      requestHeaders: headers,
      requestBody: shown(delivery.body),
      status: result.status,
      answerHeaders: result.headers,
      answerBody: result.body,
      error,
      nextTryAt: pauseMs === undefined ? undefined : clock.now() + pauseMs,
    };
    log.add(made);
    options.onAttempt?.(made);
    if (pauseMs === undefined) {
      end(job, error, result.status);
      return;
    }
    later(pauseMs, () => {
      line.push(job);
      pump();
    });
    stepAside(job);
  }

  /** The headers of a job's attempt, signed as of its start, truly or as the faults will have it. */
  function signed({ delivery, attempts }: DeliveryJob, startedAt: number): Record<string, string> {
    const lateSeconds = faults.strikes("staleTimestamp") ? STALE_SECONDS : 0;
    return deliveryHeaders(
      {
        messageId: delivery.messageId,
        timestampSeconds: Math.floor(startedAt / 1000) - lateSeconds,
        body: delivery.body,
        secret: faults.strikes("badSignature") ? `not ${delivery.secret}` : delivery.secret,
      },
      delivery.version,
      attempts,
    );
  }

  function pauseAfter(job: DeliveryJob, { status, headers }: PostResult): number | undefined {
    if (job.attempts >= retry.attempts) return undefined;
    const own = equalJitterMs(retry, job.attempts, random);
    const asked =
      status === 429 || status === 503 ? retryAfterMs(headers["retry-after"], clock.now()) : undefined;
    return Math.min(LONGEST_PAUSE_MS, Math.max(own, asked ?? 0));
  }

  /** An attempt is over: its place is free, and where it was a first one, the next of its key follows. */
  function stepAside(job: DeliveryJob): void {
    underWay -= 1;
    const { orderKey } = job.delivery;
    if (orderKey !== undefined && job.attempts === 1 && !job.extra) line.passed(orderKey);
    pump();
  }

  function end(job: DeliveryJob, error: string | undefined, status: number | undefined): void {
    if (!job.extra) settle(job.delivery, job.attempts, error, status);
    else release();
    stepAside(job);
  }

  function settle(
    delivery: WebhookDelivery,
    attempts: number,
    error: string | undefined,
    status: number | undefined,
  ): void {
    if (closed) return;
    const { messageId, logId, url } = delivery;
    options.onSettled?.({ messageId, logId, url, delivered: error === undefined, attempts, status, error });
    release();
  }

  function release(): void {
    pending -= 1;
    if (pending > 0) return;
    for (const idler of idlers) idler();
    idlers.clear();
  }

  return {
    send(delivery) {
      if (closed) return;
      const problem =
        pending >= maxPending
          ? `${maxPending} deliveries are waiting already`
          : targetProblem(delivery.url, allowRemote);
      pending += 1;
      if (problem !== undefined) {
        // Later, as every other end: a caller need not expect its own call to settle anything.
        queueMicrotask(() => settle(delivery, 0, problem, undefined));
        return;
      }
      const job = { delivery, url: new URL(delivery.url), attempts: 0, extra: false };
      const start = () => {
        line.push(job, delivery.orderKey);
        pump();
      };
      faults.pass(() => {
        if (faults.delayMs > 0) later(faults.delayMs, start);
        else start();
      });
    },
    deliveries: () => log.list(),
    pending: () => pending,
    faults,
    idle: () => (pending === 0 ? Promise.resolve() : new Promise((resolve) => idlers.add(resolve))),
    async close() {
      closed = true;
      for (const timer of timers) timer.clear();
      timers.clear();
      faults.drop();
      line.clear();
      pending = 0;
      for (const idler of idlers) idler();
      idlers.clear();
      const opened = await agent;
      await opened?.destroy();
    },
  };
}

/** The beginning of a text, copied: a slice would keep the whole text in memory. */
function shown(body: string): string {
  return body.length <= SHOWN ? body : Buffer.from(body.slice(0, SHOWN)).toString();
}

function problemOf({ status, error }: PostResult): string | undefined {
  if (error !== undefined) return error;
  if (status === undefined) return "no answer";
  return status >= 200 && status < 300 ? undefined : `answered ${status}`;
}
