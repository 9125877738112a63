import { Drop, EarshotError, type Inbox, type TriggerEvent, TriggerListener } from "earshot";
import { describe, expect, test, vi } from "vitest";
import { oddValues } from "../support/odd-values.js";
import { inboxes, listen } from "./acting.js";

const byThread = ({ payload }: TriggerEvent) => payload.thread as string;

/** A promise, and what settles it. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe.each(inboxes)("once, %s", (_what, make) => {
  test("a callback runs on one event of each key; the others are skipped and done, which a listener event tells", async () => {
    const ran: string[] = [];
    const { run, of, listener } = await listen(make(), ({ id }) => void ran.push(id), { once: byThread });
    const other: string[] = [];
    listener.callback({}, ({ id }) => void other.push(id), { name: "other", once: byThread });
    for (const [id, thread] of [
      ["a", 1],
      ["b", 1],
      ["c", "2"],
      ["d", "1"],
    ] as const)
      await run(id, { thread });
    expect(ran).toEqual(["a", "c"]);
    expect(other).toEqual(["a", "c"]);
    const skipped = of("callback.skipped").filter(({ callback }) => callback === "work");
    expect(skipped).toMatchObject([
      { id: "b", key: "1" },
      { id: "d", key: "1" },
    ]);
  });

  test("an event whose key another has waits for it, counts no attempt, and is skipped once that is done", async () => {
    const { open, opened } = gate();
    const ran: string[] = [];
    const { send, ended, of, record } = await listen(
      make(),
      ({ id }) => {
        ran.push(id);
        return opened;
      },
      { once: byThread, retry: { attempts: 1 } },
    );
    await send("a", { thread: "t" });
    await vi.waitFor(() => expect(ran).toEqual(["a"]));
    await send("b", { thread: "t" });
    await vi.waitFor(async () => expect((await record("b")).state).toBe("waiting"));
    expect(ran).toEqual(["a"]);
    open();
    expect(await ended("b")).toBe("event.done");
    expect(ran).toEqual(["a"]);
    expect(await record("b")).toMatchObject({ done: ["work"], failures: [], tries: {} });
    expect(of("callback.failed")).toEqual([]);
  });

  test("while the first is retried it has the key; once it is dead-lettered, the next one runs", async () => {
    const ran: string[] = [];
    const { send, ended } = await listen(
      make(),
      ({ id }) => {
        ran.push(id);
        if (id === "a") throw new Error("no");
      },
      { once: byThread, retry: { attempts: 3, baseMs: 50, capMs: 50 } },
    );
    await send("a", { thread: "t" });
    await vi.waitFor(() => expect(ran.length).toBeGreaterThan(0));
    await send("b", { thread: "t" });
    expect(await ended("a")).toBe("event.dead-lettered");
    expect(await ended("b")).toBe("event.done");
    expect(ran).toEqual(["a", "a", "a", "b"]);
  });

  test("an event that its callback drops leaves the key to the next", async () => {
    const ran: string[] = [];
    const { run } = await listen(
      make(),
      ({ id, payload }) => {
        if (payload.bot === true) throw new Drop("a bot wrote it");
        ran.push(id);
      },
      { once: byThread },
    );
    await run("a", { thread: "t", bot: true });
    await run("b", { thread: "t" });
    await run("c", { thread: "t" });
    expect(ran).toEqual(["b"]);
  });

  test("a key is forgotten after its window", async () => {
    const ran: string[] = [];
    const { run } = await listen(make(), ({ id }) => void ran.push(id), {
      once: byThread,
      onceWindowMs: 50,
    });
    await run("a", { thread: "t" });
    await vi.waitFor(
      async () => {
        await run(`later ${Math.random()}`, { thread: "t" });
        expect(ran.length).toBe(2);
      },
      { timeout: 10_000 },
    );
  });

  test("an event without a key runs always", async () => {
    const ran: string[] = [];
    const { run } = await listen(make(), ({ id }) => void ran.push(id), { once: byThread });
    for (const [id, thread] of [
      ["a", null],
      ["b", undefined],
      ["c", null],
    ] as const)
      await run(id, { thread });
    expect(ran).toEqual(["a", "b", "c"]);
  });

  test("a function for `once` that throws, or returns no key, fails the attempt: the callback does not run, and the process stays up", async () => {
    const handler = vi.fn();
    const values = new Map(oddValues.map(({ name, make: value }) => [name, value]));
    /** Names of values that are keys, or none at all. */
    const sound = new Set<string>();
    const { run, of } = await listen(make(), handler, {
      retry: { attempts: 1 },
      once({ payload }) {
        const name = payload.value as string;
        const value = values.get(name)?.();
        if (payload.way === "throws") throw value;
        const isNumber = typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value));
        const isText = typeof value === "string" && value !== "";
        if (isNumber || isText || value === undefined || value === null) sound.add(name);
        return value as string;
      },
    });
    for (const [at, name] of [...values.keys()].entries()) {
      expect(await run(`throws ${at}`, { value: name, way: "throws" }), name).toMatch(/^event\./);
      expect(handler, name).not.toHaveBeenCalled();
      const end = await run(`returns ${at}`, { value: name });
      expect(end, name).toBe(sound.has(name) ? "event.done" : "event.dead-lettered");
      expect(handler.mock.calls.length, name).toBe(sound.has(name) ? 1 : 0);
      handler.mockClear();
    }
    const failures = of("callback.failed").filter(({ id }) => id.startsWith("returns"));
    expect(failures.length).toBeGreaterThan(0);
    for (const { error } of failures) {
      expect(error).toMatchObject({
        code: "ERR_CALLBACK",
        message: expect.stringContaining("`once` of the callback"),
      });
    }
  });

  test("a filter that throws fails the attempt and claims no key", async () => {
    const ran: string[] = [];
    const { run, listener } = await listen(make(), () => undefined);
    listener.callback(
      {
        where({ id }) {
          if (id === "a") throw new Error("no");
          return true;
        },
      },
      ({ id }) => void ran.push(id),
      { name: "filtered", once: byThread, retry: { attempts: 1 } },
    );
    expect(await run("a", { thread: "t" })).toBe("event.dead-lettered");
    await run("b", { thread: "t" });
    expect(ran).toEqual(["b"]);
  });

  test("where the inbox cannot say who has a key, the event waits and counts no attempt", async () => {
    const inbox = make();
    const claimKey = inbox.claimKey.bind(inbox);
    let failures = 0;
    inbox.claimKey = (...args: Parameters<Inbox["claimKey"]>) => {
      failures += 1;
      if (failures === 1) throw new Error("away");
      return failures === 2 ? Promise.reject(new Error("still away")) : claimKey(...args);
    };
    const handler = vi.fn();
    const { run, of } = await listen(inbox, handler, { once: byThread, retry: { attempts: 1 } });
    expect(await run("a", { thread: "t" })).toBe("event.done");
    expect(handler).toHaveBeenCalledTimes(1);
    expect(of("callback.failed")).toEqual([]);
    expect(of("inbox.error").length).toBeGreaterThan(0);
  });

  test("beside a callback that waits for a key, one whose attempts are used up does not run again", async () => {
    const { open, opened } = gate();
    const bad: string[] = [];
    const { send, ended, listener, record } = await listen(make(), () => opened, {
      once: byThread,
      retry: { attempts: 1 },
    });
    listener.callback(
      {},
      ({ id }) => {
        bad.push(id);
        if (id === "b") throw new Error("no");
      },
      { name: "bad", retry: { attempts: 2, baseMs: 1, capMs: 1 } },
    );
    await send("a", { thread: "t" });
    await send("b", { thread: "t" });
    await vi.waitFor(() => expect(bad.filter((id) => id === "b")).toHaveLength(2), { timeout: 10_000 });
    await vi.waitFor(async () => expect((await record("b")).attempts).toBeGreaterThan(3), {
      timeout: 20_000,
    });
    open();
    expect(await ended("b")).toBe("event.dead-lettered");
    expect(bad.filter((id) => id === "b")).toHaveLength(2);
    const { done, failures } = await record("b");
    expect(done).toEqual(["work"]);
    expect(failures.map(({ attempt }) => attempt)).toEqual([1, 2]);
  }, 40_000);
});

test.each([
  ["once", { once: "thread" }, "`once` of a callback is a function from an event to a key, not"],
  ["onceWindowMs", { once: () => "a", onceWindowMs: 0 }, "`onceWindowMs` is a number of 1 or more"],
  ["Infinity", { once: () => "a", onceWindowMs: Number.POSITIVE_INFINITY }, "`onceWindowMs` is a number"],
  ["a misspelling", { onces: () => "a" }, "did you mean `once`?"],
])("a wrong option is told at once: %s", (_what, options, message) => {
  const listener = new TriggerListener({ webhook: { secrets: "a secret of some length" } });
  const add = () => listener.callback({}, () => undefined, options as never);
  expect(add).toThrow(EarshotError);
  expect(add).toThrow(message);
});
