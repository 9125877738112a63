import { setImmediate as turn } from "node:timers/promises";
import { type CallbackContext, currentStep, type Inbox } from "earshot";
import { describe, expect, test, vi } from "vitest";
import { inboxes, listen } from "./acting.js";

describe.each(inboxes)("steps, %s", (_what, make) => {
  test("an attempt that runs again gets what its steps returned, and runs none of them twice", async () => {
    const ran: string[] = [];
    const got: unknown[] = [];
    const { run, record } = await listen(make(), async (_event, { step, attempt }) => {
      const reply = await step("reply", async () => {
        ran.push("reply");
        return { text: "hi", at: new Date(0), none: undefined };
      });
      const nothing = await step("nothing", () => void ran.push("nothing"));
      got.push(reply, nothing);
      if (attempt < 3) throw new Error("not yet");
      await step("post", () => ran.push("post"));
    });
    expect(await run("a")).toBe("event.done");
    expect(ran).toEqual(["reply", "nothing", "post"]);
    const reply = { text: "hi", at: "1970-01-01T00:00:00.000Z" };
    expect(got).toEqual([reply, undefined, reply, undefined, reply, undefined]);
    const { steps = [] } = await record("a");
    expect(steps.map(({ callback, name, result }) => [callback, name, result])).toEqual([
      ["work", "reply", JSON.stringify(reply)],
      ["work", "nothing", undefined],
      ["work", "post", "3"],
    ]);
    for (const { at } of steps) expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
  });

  test("a step that fails runs again, in the same attempt or the next; the others do not", async () => {
    const ran: string[] = [];
    const { run } = await listen(make(), async (_event, { step, attempt }) => {
      await step("sound", () => ran.push("sound"));
      const failing = () => {
        ran.push(`failing ${attempt}`);
        if (ran.length < 4) throw new Error("no");
      };
      await step("failing", failing).catch(() => step("failing", failing));
    });
    expect(await run("a")).toBe("event.done");
    expect(ran).toEqual(["sound", "failing 1", "failing 1", "failing 2"]);
  });

  test("steps of one callback run side by side; those of another have the same names", async () => {
    const ran: string[] = [];
    const { run, listener } = await listen(make(), async (_event, { step }) => {
      const all = ["a", "b", "c"].map((name) =>
        step(name, async () => {
          ran.push(`${name} begins`);
          await turn();
          const { eventId, step: current } = currentStep() ?? {};
          return `${eventId} ${current}`;
        }),
      );
      expect(ran).toEqual(["a begins", "b begins", "c begins"]);
      expect(await Promise.all(all)).toEqual(["x work/a", "x work/b", "x work/c"]);
      expect(currentStep()).toBeUndefined();
    });
    listener.callback({}, (_event, { step }) => step("a", () => ran.push("other")), { name: "other" });
    expect(await run("x")).toBe("event.done");
    expect(ran).toContain("other");
  });

  test.each<[what: string, run: (context: CallbackContext) => unknown, message: string]>([
    [
      "a name that is there twice",
      async ({ step }) => {
        await step("a", () => 1);
        await step("a", () => 2);
      },
      'the step "a" of the callback "work" is there twice in one attempt.',
    ],
    [
      "a name that runs already",
      ({ step }) => Promise.all([step("a", () => turn()), step("a", () => 2)]),
      "twice in one attempt",
    ],
    ["an empty name", ({ step }) => step(" ", () => 1), "`name` is a string of 1 to 256 characters"],
    ["a long name", ({ step }) => step("x".repeat(257), () => 1), "`name` is a string of 1 to 256"],
    ["half a character", ({ step }) => step("\ud800", () => 1), "`name` is a string of 1 to 256"],
    ["no name", ({ step }) => step({} as never, () => 1), "`name` is a string of 1 to 256"],
    ["no function", ({ step }) => step("a", 5 as never), "`fn` is a function, not 5."],
    [
      "a result that JSON cannot hold",
      ({ step }) => step("a", () => ({ of: new Set([1]) })),
      'The result of the step "a" of the callback "work" cannot be stored: of is a Set, of which JSON holds nothing.',
    ],
    [
      "five results of a megabyte",
      async ({ step }) => {
        for (const name of "abcde") await step(name, () => "x".repeat(1024 * 1024 - 10));
      },
      "the results of one callback for one event have 4194304 characters",
    ],
    [
      "a thousand steps and one",
      ({ step }) => Promise.all(Array.from({ length: 1001 }, (_, n) => step(`${n}`, () => n))),
      "is one too many: 1000 are the most",
    ],
  ])("%s fails the attempt with ERR_STEP, and says what to do", async (_name, act, message) => {
    const { run, of } = await listen(make(), (_event, context) => act(context), { retry: { attempts: 1 } });
    expect(await run("a")).toBe("event.dead-lettered");
    const [failure] = of("callback.failed");
    expect(failure?.error).toMatchObject({ code: "ERR_STEP", message: expect.stringContaining(message) });
  });

  test("a step after the end of its attempt rejects, stores nothing, and ends no process when it is not awaited", async () => {
    let late: CallbackContext | undefined;
    const { run, record } = await listen(make(), (_event, context) => {
      late = context;
    });
    await run("a");
    const fn = vi.fn(() => 1);
    void late?.step("floating", fn);
    await expect(late?.step("late", fn)).rejects.toMatchObject({ code: "ERR_STEP" });
    expect(fn).not.toHaveBeenCalled();
    expect((await record("a")).steps ?? []).toEqual([]);
  });

  test("a step that nothing awaited is warned of, and its result is not stored", async () => {
    let go: () => void = () => undefined;
    const { run, record, of } = await listen(make(), (_event, { step }) => {
      void step(
        "forgotten",
        () =>
          new Promise<void>((resolve) => {
            go = resolve;
          }),
      );
    });
    expect(await run("a")).toBe("event.done");
    expect(of("warning").map(({ error }) => error)).toMatchObject([
      {
        code: "ERR_STEP",
        message: expect.stringContaining('"forgotten" of the callback "work" had not ended'),
      },
    ]);
    go();
    await turn();
    expect((await record("a")).steps ?? []).toEqual([]);
  });

  test("a step that ends after its attempt's time limit stores nothing, and runs again with the next attempt", async () => {
    const releases: (() => void)[] = [];
    const outcomes: unknown[] = [];
    const { run } = await listen(
      make(),
      async (_event, { step, attempt }) => {
        const running = step("slow", () =>
          attempt === 1 ? new Promise<string>((resolve) => releases.push(() => resolve("late"))) : "second",
        );
        running.then(
          (value) => outcomes.push(value),
          (error: { code: string }) => outcomes.push(error.code),
        );
        const result = await running;
        releases[0]?.();
        expect(result).toBe("second");
        await vi.waitFor(() => expect(outcomes).toContain("ERR_STEP"));
      },
      { attemptTimeoutMs: 300 },
    );
    expect(await run("a")).toBe("event.done");
    expect(outcomes).toEqual(["second", "ERR_STEP"]);
  });

  test("while the inbox does not store a result, the step waits and is not run again", async () => {
    const inbox = make();
    const storeStep = inbox.storeStep.bind(inbox);
    let failures = 0;
    inbox.storeStep = (...args: Parameters<Inbox["storeStep"]>) => {
      failures += 1;
      if (failures === 1) throw new Error("the disk is away");
      if (failures === 2) return Promise.reject(new Error("the disk is still away"));
      return storeStep(...args);
    };
    const ran = vi.fn(() => "once");
    const { run, record, of } = await listen(inbox, (_event, { step }) => step("paid", ran));
    expect(await run("a")).toBe("event.done");
    expect(ran).toHaveBeenCalledTimes(1);
    expect(failures).toBe(3);
    expect(of("inbox.error").length).toBeGreaterThan(0);
    expect((await record("a")).steps).toMatchObject([{ name: "paid", result: '"once"' }]);
  });
});
