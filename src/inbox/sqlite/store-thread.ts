import { once } from "node:events";
import { Worker, type WorkerOptions } from "node:worker_threads";
import type { Clock } from "../../base/clock.js";
import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import { UnmatchedExpiry } from "../unmatched-expiry.js";
import { ClockSteps } from "./clock-steps.js";
import { weaknessOf } from "./driver/choose.js";
import type { DriverName } from "./driver/driver.js";
import {
  type Batch,
  type DueState,
  packBodies,
  type Reply,
  type Request,
  type RequestFields,
  type RequestKind,
  type Results,
  type SerializedError,
  type StoreSettings,
} from "./thread-protocol.js";

interface PendingRequest {
  readonly request: Request;
  readonly resolve: (answer: Results[RequestKind]) => void;
  readonly reject: (error: EarshotError) => void;
}

/** How often dropped dead letters are told of at the most, milliseconds. */
const DROPPED_EVERY_MS = 10_000;

/** What the thread reports without a request. */
export interface StoreEvents {
  /** How the records stand after every batch. */
  readonly dueState: (dueState: DueState) => void;
  readonly warn: (error: EarshotError) => void;
}

/**
 * The thread that owns the file, as the inbox sees it: questions go in one by one, and travel in batches.
 *
 * One batch is under way at a time. What is asked meanwhile gathers, and is the next batch: under load many
 * requests share one flush of the disk, and a single request waits for no other.
 */
export class StoreThread {
  #settings: StoreSettings;
  readonly #clock: Clock;
  readonly #events: StoreEvents;
  #worker: Worker | undefined;
  #queued: PendingRequest[] = [];
  /** `undefined` where the thread is free. */
  #inFlight: readonly PendingRequest[] | undefined;
  #turnIsSet = false;
  #isFailing = false;
  #isStopped = false;
  #dropped = 0;
  #droppedReportedAt = Number.NEGATIVE_INFINITY;
  readonly #expiry: UnmatchedExpiry;
  readonly #steps: ClockSteps;
  #probesStoodBack = false;
  readonly #idle: (() => void)[] = [];

  constructor(settings: StoreSettings, clock: Clock, events: StoreEvents) {
    this.#settings = settings;
    this.#clock = clock;
    this.#events = events;
    this.#steps = new ClockSteps(clock, settings.leaseMs);
    this.#expiry = new UnmatchedExpiry(`the inbox ${settings.path}`, events.warn);
  }

  /** @throws EarshotError as the file deserves */
  async start(): Promise<void> {
    const { worker, driver, sqliteVersion } = await startWorker(this.#settings);
    if (this.#settings.mustExist !== true) {
      const weakness = weaknessOf(sqliteVersion, driver);
      if (weakness !== undefined) this.#events.warn(new EarshotError("ERR_INBOX_WEAK", weakness));
      // One process opens a file with one driver only: two would drop each other's locks.
      this.#settings = { ...this.#settings, driver, mustExist: true };
    }
    worker.on("message", (reply: Reply) => this.#onReply(reply));
    worker.on("error", (error) => this.#lose(worker, messageOf(error)));
    worker.on("exit", () => this.#lose(worker, "it ended"));
    // An inbox with nothing to do keeps no process alive.
    worker.unref();
    this.#worker = worker;
  }

  /** @throws EarshotError where the store could not do it */
  ask<K extends RequestKind>(kind: K, question: RequestFields[K]): Promise<Results[K]> {
    return new Promise<Results[RequestKind]>((resolve, reject) => {
      // The compiler does not see that a kind and its question make a request.
      const request = { kind, ...question } as unknown as Request;
      this.#queued.push({ request, resolve, reject });
      this.#setTurn();
    }) as Promise<Results[K]>;
  }

  /** Ends when everything that was asked has been answered, and the file is closed. */
  async stop(): Promise<void> {
    while (this.#inFlight !== undefined || this.#queued.length > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    this.#isStopped = true;
    this.#reportDropped(Number.POSITIVE_INFINITY);
    this.#expiry.report(this.#clock.now());
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    worker.ref();
    const end = once(worker, "exit");
    worker.postMessage(null);
    await end;
  }

  /** At the end of the loop's turn, so that what one turn brings goes together. */
  #setTurn(): void {
    if (this.#turnIsSet || this.#inFlight !== undefined) return;
    this.#turnIsSet = true;
    setImmediate(() => {
      this.#turnIsSet = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#inFlight !== undefined || this.#queued.length === 0) return;
    if (this.#worker === undefined) {
      if (this.#isStopped) {
        this.#reject(
          this.#queued.splice(0),
          new EarshotError("ERR_INBOX_UNAVAILABLE", `The inbox ${this.#settings.path} is closed.`),
        );
      } else this.#restart();
      return;
    }
    const batch = this.#nextBatch();
    this.#inFlight = batch;
    try {
      const requests = batch.map(({ request }) => request);
      const bytes = packBodies(requests);
      const message: Batch = { requests, bytes, nowMs: this.#clock.now(), stepMs: this.#steps.stepMs };
      this.#worker.postMessage(message, [bytes.buffer]);
      this.#worker.ref();
    } catch (error) {
      // Something that cannot be cloned, such as a function, got past the types.
      this.#inFlight = undefined;
      this.#fail(batch, new EarshotError("ERR_INBOX_UNAVAILABLE", messageOf(error), { cause: error }));
    }
  }

  /** A probe travels by itself: where it does not fit on a full disk, something smaller may. */
  #nextBatch(): readonly PendingRequest[] {
    const probes = this.#queued.filter(({ request }) => request.kind === "ready");
    const others = probes.length === 0 ? this.#queued : this.#queued.filter((each) => !probes.includes(each));
    const isTurnOfProbes = others.length === 0 || (probes.length > 0 && this.#probesStoodBack);
    this.#probesStoodBack = !isTurnOfProbes && probes.length > 0;
    this.#queued = isTurnOfProbes ? others : probes;
    return isTurnOfProbes ? probes : others;
  }

  #reportDropped(nowMs: number): void {
    if (this.#dropped === 0 || nowMs - this.#droppedReportedAt < DROPPED_EVERY_MS) return;
    this.#events.warn(
      new EarshotError(
        "ERR_DEAD_LETTERS_DROPPED",
        `The inbox ${this.#settings.path} dropped its oldest dead letters (${this.#dropped}), because there were more, or older ones, than its limits allow.`,
      ),
    );
    this.#dropped = 0;
    this.#droppedReportedAt = nowMs;
  }

  #onReply(reply: Reply): void {
    const batch = this.#inFlight ?? [];
    this.#inFlight = undefined;
    this.#worker?.unref();
    if (reply.type === "failed") this.#fail(batch, errorOf(reply.failure));
    if (reply.type === "written") {
      this.#isFailing = false;
      const errors = new Map(reply.errors);
      for (const [at, { resolve, reject }] of batch.entries()) {
        const failure = errors.get(at);
        if (failure !== undefined) reject(errorOf(failure));
        else resolve(reply.answers[at]);
      }
      this.#dropped += reply.dropped;
      this.#reportDropped(this.#clock.now());
      this.#expiry.add(reply.expired, this.#clock.now());
      this.#events.dueState(reply.dueState);
    }
    // What gathered while this batch was written goes at once: it has waited for a whole flush.
    this.#goOn();
  }

  /** Nothing of the batch was written. Each is told; the listener is warned once until the file recovers. */
  #fail(batch: readonly PendingRequest[], error: EarshotError): void {
    if (!this.#isFailing) this.#events.warn(error);
    this.#isFailing = true;
    this.#reject(batch, error);
  }

  #reject(batch: readonly PendingRequest[], error: EarshotError): void {
    for (const { reject } of batch) reject(error);
  }

  #lose(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const batch = this.#inFlight ?? [];
    this.#inFlight = undefined;
    this.#fail(batch, new EarshotError("ERR_INBOX_UNAVAILABLE", `The inbox's thread is gone: ${why}.`));
    this.#goOn();
  }

  /** The thread died, of a lack of memory for one; nothing is lost with it. */
  #restart(): void {
    this.#inFlight = [];
    const tried = this.start().catch((error: unknown) => {
      this.#fail(this.#queued.splice(0), error instanceof EarshotError ? error : threadError(error));
    });
    void tried.then(() => {
      this.#inFlight = undefined;
      this.#goOn();
    });
  }

  #goOn(): void {
    this.#send();
    if (this.#inFlight === undefined) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

async function startWorker(
  settings: StoreSettings,
): Promise<{ readonly worker: Worker; readonly driver: DriverName; readonly sqliteVersion: string }> {
  // Beside this module, in the package (.js, .cjs) as in its sources (.ts).
  const own: string | undefined = import.meta.url;
  // A bundler that makes CommonJS of modules, such as esbuild, leaves it out.
  if (own === undefined) throw threadError("the bundle has no `import.meta.url`");
  const file = new URL(`./sqlite-worker${own.slice(own.lastIndexOf("."))}`, own);
  const worker = newWorker(file, {
    workerData: settings,
    name: "earshot-sqlite",
    // A thread inherits Node's own options. This one is for `node -e` alone, and no file starts with it.
    ...(process.execArgv.some((option) => option.startsWith("--input-type")) ? { execArgv: [] } : {}),
  });
  // Listened to from the start: the last message of a thread and its end can come in one breath.
  const ended = new Promise<void>((resolve) => {
    worker.once("exit", () => resolve());
  });
  const reply = await new Promise<Reply>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", (error) => reject(threadError(error)));
    worker.once("exit", () => reject(threadError("it ended")));
  });
  if (reply.type === "open") return { worker, driver: reply.driver, sqliteVersion: reply.sqliteVersion };
  await ended;
  throw reply.type === "failed" ? errorOf(reply.failure) : threadError("it did not say that it is open");
}

/** @throws EarshotError where Node may start no thread */
function newWorker(file: URL, options: WorkerOptions): Worker {
  try {
    return new Worker(file, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_ACCESS_DENIED") throw threadError(error);
    throw new EarshotError(
      "ERR_INBOX_UNAVAILABLE",
      "sqliteInbox() works in a thread, which Node's permission model denies: add --allow-worker.",
      { cause: error },
    );
  }
}

function threadError(cause: unknown): EarshotError {
  return new EarshotError(
    "ERR_INBOX_UNAVAILABLE",
    `The inbox's thread could not be started: ${messageOf(cause)}. Where the application is bundled, leave the package earshot out of the bundle.`,
    { cause },
  );
}

function errorOf({ code, message }: SerializedError): EarshotError {
  return new EarshotError(code, message);
}
