import fc from "fast-check";
import { expect, test } from "vitest";
import type { Claimed, Inbox, InboxContext, Outcome } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { steppedClock } from "../../src/testing/stepped-clock.js";
import { runs } from "../support/runs.js";
import { Model } from "./model.js";
import { temporaryFolder } from "./temporary-folder.js";

const RUNS = runs(100, 8);
const leaseMs = 100;
const maxPending = 8;

const id = fc.constantFrom("a", "b", "c", "d", "e", "f", "g");
const who = fc.nat({ max: 1 });
const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("store" as const),
      who,
      id,
      keys: fc.option(fc.subarray(["a", "m", "n"]), { nil: [], freq: 1 }),
      content: fc.option(
        fc.record({
          hashes: fc.subarray(["x", "y"], { minLength: 1 }),
          channel: fc.constantFrom("socket", "webhook", "log"),
          hasId: fc.boolean(),
        }),
        { nil: undefined },
      ),
      key: fc.option(fc.constantFrom("k", "l"), { nil: undefined }),
      claim: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("claim" as const), who, max: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      which: fc.nat(),
      as: fc.constantFrom("done" as const, "dead" as const, "retry" as const, "unmatched" as const),
      inMs: fc.constantFrom(0, 30, 150),
      failures: fc.nat({ max: 12 }),
      doneKeys: fc.subarray(["s", "t"]),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("step" as const),
      which: fc.nat(),
      callback: fc.constantFrom("c", "d"),
      name: fc.constantFrom("one", "two"),
      result: fc.constantFrom("1", "2"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("claimKey" as const),
      which: fc.nat(),
      key: fc.constantFrom("s", "t"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("release" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("renew" as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.constantFrom(1, 40, 120) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("replay" as const, "drop" as const),
      id: fc.option(id, { nil: undefined }),
      limit: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("claimUnmatched" as const), who, id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const), who }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** Two inboxes over one file, as of two processes, and the model of what they should be together. */
class Both {
  readonly #clock = steppedClock();
  readonly #model = new Model(leaseMs, maxPending);
  readonly #path: string;
  readonly #inboxes: Inbox[] = [];
  /** Every lease ever given, the lost ones too: they are used as well. */
  readonly #leases: { readonly claimed: Claimed; readonly inbox: () => Inbox; readonly lease: number }[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  async open(at: number): Promise<void> {
    const inbox = sqliteInbox({ path: this.#path, pollMs: 1_000_000 });
    const warn = (error: Error) => {
      throw error;
    };
    await inbox.open({
      clock: this.#clock,
      dedupeWindowMs: 1e9,
      maxPending,
      leaseMs,
      warn,
    } satisfies InboxContext);
    this.#inboxes[at] = inbox;
  }

  async close(): Promise<void> {
    for (const inbox of this.#inboxes) await inbox.close();
  }

  async do(act: Act): Promise<void> {
    const now = this.#clock.now();
    const inbox = this.#inboxes["who" in act ? act.who : 0] as Inbox;
    switch (act.do) {
      case "store": {
        const stored = await inbox.store(
          {
            id: act.id,
            keys: act.keys,
            content:
              act.content === undefined ? undefined : { ...act.content, at: now, since: 0, until: now + 1e6 },
            triggerName: "T",
            source: "webhook",
            origin: { provider: "p", signed: true },
            body: "{}",
            receivedAt: now,
            orderKey: act.key,
            event: undefined,
          },
          act.claim,
        );
        const { id, keys, content, key } = act;
        const expected = this.#model.store({ id, keys, content, key }, act.claim, now);
        expect(stored.state).toBe(expected.state);
        if (stored.state === "duplicate" && expected.state === "duplicate") {
          expect(stored.by).toBe(expected.by);
          // Of several copies, any may answer.
          expect(expected.copies.map((isUnfinished) => !isUnfinished)).toContain(stored.settled);
        }
        if (stored.state === "new" && expected.state === "new") {
          expect(stored.claimed === undefined).toBe(expected.lease === undefined);
          this.#hold(stored.claimed, expected.lease, act.who);
        }
        return;
      }
      case "claim": {
        if (this.#model.due(now).length === 0) return;
        const claimed = await inbox.claim(act.max, new AbortController().signal);
        const expected = this.#model.claim(act.max, now);
        expect(claimed.map(({ record }) => record.id)).toEqual(expected.map(({ record }) => record.id));
        for (const [at, one] of claimed.entries()) this.#hold(one, expected[at]?.lease, act.who);
        return;
      }
      case "settle": {
        const held = this.#held(act.which);
        if (held === undefined) return;
        const failures = Array.from({ length: act.failures }, () => ({
          callback: "c",
          attempt: 1,
          at: now,
          message: "m",
        }));
        const doneKeys = act.doneKeys.map((key) => ({ key, until: now + 60 }));
        const outcome: Outcome =
          act.as === "retry"
            ? { state: "retry", dueAt: now + act.inMs, done: ["c"], failures, doneKeys }
            : { state: act.as, done: ["d"], failures, doneKeys };
        await held.inbox().settle(held.claimed, outcome);
        this.#model.settle(held.lease, outcome);
        return;
      }
      case "step": {
        const held = this.#held(act.which);
        if (held === undefined) return;
        const { callback, name, result } = act;
        const stored = await held.inbox().storeStep(held.claimed, { callback, name, at: now, result });
        expect(stored).toBe(this.#model.storeStep(held.lease, `${callback}/${name}`, result));
        return;
      }
      case "claimKey": {
        const held = this.#held(act.which);
        if (held === undefined) return;
        const claim = await held.inbox().claimKey(held.claimed, act.key);
        expect(claim).toBe(this.#model.claimKey(held.lease, act.key, now));
        return;
      }
      case "claimUnmatched": {
        const [claimed, ...more] = (await inbox.claimUnmatched?.([act.id])) ?? [];
        expect(more).toEqual([]);
        const lease = this.#model.claimUnmatched(act.id, now);
        expect(claimed?.record.id).toBe(lease === undefined ? undefined : act.id);
        this.#hold(claimed, lease, act.who);
        return;
      }
      case "release": {
        const held = this.#held(act.which);
        if (held === undefined) return;
        await held.inbox().release([held.claimed]);
        this.#model.release(held.lease, now);
        return;
      }
      case "renew": {
        const held = this.#held(act.which);
        if (held === undefined) return;
        const lost = await held.inbox().renew([held.claimed]);
        expect(lost.length === 0).toBe(this.#model.renew(held.lease, now));
        return;
      }
      case "pass":
        this.#clock.advance(act.ms);
        return;
      case "replay":
      case "drop": {
        const query = { limit: act.limit, ...(act.id === undefined ? {} : { ids: [act.id] }) };
        expect(await inbox[act.do](query)).toBe(
          act.do === "drop"
            ? this.#model.drop(act.id, act.limit, now)
            : this.#model.replay(act.id, act.limit, now),
        );
        return;
      }
      case "reopen":
        await inbox.close();
        await this.open(act.who);
    }
  }

  /** Each inbox shows what the model shows. */
  async compare(): Promise<void> {
    for (const inbox of this.#inboxes) {
      expect(await inbox.counts()).toEqual(this.#model.counts());
      const found: ReturnType<Model["view"]> = [];
      for await (const record of inbox.find({})) {
        const { id, state, attempts, crashes = 0, done, failures, source } = record;
        const steps = (record.steps ?? [])
          .map(({ callback, name, result }): [string, string] => [`${callback}/${name}`, result ?? ""])
          .sort();
        found.push({ id, state, attempts, crashes, done, steps, failures: failures.length, source });
      }
      const { records = [] } = (await inbox.unmatched?.(undefined, 100, undefined)) ?? {};
      expect(records.map((record) => record.id)).toEqual(this.#model.unmatched());
      expect(found).toEqual(this.#model.view());
    }
  }

  #hold(claimed: Claimed | undefined, lease: number | undefined, who: number): void {
    if (claimed === undefined || lease === undefined) return;
    this.#leases.push({ claimed, lease, inbox: () => this.#inboxes[who] as Inbox });
  }

  /** Newer leases more often than older ones. */
  #held(which: number) {
    return this.#leases.at(-1 - (which % Math.min(this.#leases.length, 5)));
  }
}

test("whatever is done in whatever order, two inboxes over one file are what the model is", {
  timeout: 60_000 + RUNS * 2000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60 }), async (acts) => {
      const { folder, remove } = temporaryFolder();
      const both = new Both(`${folder}/inbox.db`);
      try {
        await both.open(0);
        await both.open(1);
        for (const each of acts) {
          await both.do(each);
          await both.compare();
        }
      } finally {
        await both.close();
        remove();
      }
    }),
    { numRuns: RUNS },
  );
});
