import { EarshotError } from "../../errors.js";
import type {
  Entry,
  Failure,
  Inbox,
  InboxContext,
  InboxCounts,
  InboxQuery,
  InboxRecord,
  Kept,
  Outcome,
  Taken,
} from "../contract.js";
import { browse } from "./browse.js";
import type { RedisSettings } from "./connect.js";
import { Keeper } from "./keeper.js";
import { scriptArguments } from "./keys.js";
import { Manager } from "./manager.js";
import { Reclaim } from "./reclaim.js";
import { checkServer } from "./server-settings.js";
import { Store } from "./store.js";
import { afterAttempt } from "./stored.js";
import { type Lease, moveEnded, Taker } from "./taker.js";
import { isLost } from "./trouble.js";

/** What there is between `open` and `close`. */
interface Opened {
  readonly store: Store;
  readonly keeper: Keeper;
  readonly taker: Taker;
  readonly manager: Manager;
  readonly reclaim: Reclaim;
}

/** See {@link redisInbox}. */
export class RedisInbox implements Inbox {
  readonly kind = "redis";
  readonly durable = true;

  readonly #settings: RedisSettings;
  #opened: Opened | undefined;
  #closing: Promise<void> | undefined;

  constructor(settings: RedisSettings) {
    this.#settings = settings;
  }

  async open(context: InboxContext): Promise<void> {
    const store = await Store.open(this.#settings, context);
    await checkServer(store);
    const manager = new Manager(store);
    manager.start();
    const reclaim = new Reclaim(store);
    reclaim.start();
    this.#opened = { store, keeper: new Keeper(store), taker: new Taker(store), manager, reclaim };
  }

  async keep(entry: Entry, _take: boolean): Promise<Kept> {
    return await this.#use().keeper.keep(entry);
  }

  async bury(entry: Entry, failure: Failure): Promise<void> {
    await this.#use().keeper.bury(entry, failure);
  }

  async take(max: number, signal: AbortSignal): Promise<readonly Taken[]> {
    return await this.#use().taker.take(max, signal);
  }

  async renew(taken: readonly Taken[]): Promise<readonly Taken[]> {
    const { store } = this.#use();
    const { leaseMs } = store.context;
    const held = await store.answer(
      Promise.all(
        taken.map(({ lease }) => {
          const { job, token } = lease as Lease;
          return job.extendLock(token, leaseMs);
        }),
      ),
    );
    return taken.filter((_, at) => Number(held[at]) !== 1);
  }

  /**
   * Two steps. The note is the one that counts: from then on the record has ended as it says, for every copy, every
   * line and every query. Should the process die before BullMQ has moved the job, the job's lease runs out, and
   * whoever gets the job then moves it to where the note says, without running it.
   */
  async settle({ record, lease }: Taken, outcome: Outcome): Promise<boolean> {
    const { store, manager } = this.#use();
    const { job, token } = lease as Lease;
    const { data } = job;
    const nowMs = store.now;
    const { rememberMs } = store.context;
    const state = afterAttempt(record, outcome, nowMs);
    const identity = { id: data.id, twin: data.twin, orderKey: data.orderKey };
    const answer = (await store.run("earshotNote", [
      ...scriptArguments(job.id ?? "", identity, nowMs),
      token,
      outcome.state,
      JSON.stringify(state),
      String(data.keptAt + rememberMs),
      String(rememberMs),
    ])) as readonly [number, string];
    if (answer[0] === 0) return false;
    const moving =
      outcome.state === "again"
        ? again(job, token, outcome.dueAt, nowMs)
        : moveEnded(job, token, outcome.state);
    const moves = [moving, answer[1] === "" ? undefined : manager.letGo(answer[1])];
    // It is noted: what cannot be moved now will be, when its lease has run out.
    await store.answer(Promise.all(moves)).catch((error: unknown) => {
      if (!isLost(error) && !isLost((error as Error).cause)) store.tell(error);
    });
    return true;
  }

  async release(taken: readonly Taken[]): Promise<void> {
    const { store, taker } = this.#use();
    await store.answer(taker.giveBack(taken.map(({ lease }) => lease as Lease)));
  }

  async counts(): Promise<InboxCounts> {
    const { store } = this.#use();
    const { wait, paused, delayed, active, completed, failed } = (await store.ask(() =>
      store.queue.getJobCounts("wait", "paused", "delayed", "active", "completed", "failed"),
    )) as Record<string, number>;
    return {
      waiting: (wait ?? 0) + (paused ?? 0) + (delayed ?? 0),
      running: active ?? 0,
      done: completed ?? 0,
      dead: failed ?? 0,
    };
  }

  async *find(query: InboxQuery): AsyncGenerator<InboxRecord> {
    for await (const { record } of browse(this.#use().store, query)) yield record;
  }

  async replay(query: InboxQuery): Promise<number> {
    return await this.#use().manager.replay(query);
  }

  async drop(query: InboxQuery): Promise<number> {
    return await this.#use().manager.drop(query);
  }

  async readMark(name: string): Promise<string | undefined> {
    const { store } = this.#use();
    return (await store.ask((commands) => commands.hget(store.keys.marks, name))) ?? undefined;
  }

  async writeMark(name: string, value: string): Promise<void> {
    const { store } = this.#use();
    // Not by an object: a name may be __proto__.
    await store.ask((commands) => commands.hset(store.keys.marks, name, value));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#opened === undefined) return;
    const { store, keeper, taker, manager, reclaim } = this.#opened;
    manager.stop();
    reclaim.stop();
    taker.close();
    await keeper.idle();
    await store.close();
  }

  #use(): Opened {
    if (this.#opened === undefined || this.#closing !== undefined) {
      throw new EarshotError(
        "ERR_INBOX_UNAVAILABLE",
        this.#opened === undefined ? "The inbox is not open." : "The inbox is closed.",
      );
    }
    return this.#opened;
  }
}

async function again(job: Lease["job"], token: string, dueAt: number, nowMs: number): Promise<void> {
  // At once is at once, and before what was kept later.
  if (dueAt <= nowMs) await job.moveToWait(token);
  else await job.moveToDelayed(dueAt, token);
}
