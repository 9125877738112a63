import type { Inbox } from "earshot";
import { describe, expect, test, vi } from "vitest";
import { inboxes, listen } from "./acting.js";

const approval = { triggerName: "ACT", payload: { message: "m1" } };

/** A listener with a handler whose calls are recorded, and the number of times that it read all open expectations. */
async function expecting(inbox: Inbox) {
  const answered: string[] = [];
  const listed = vi.spyOn(inbox, "listMetadata");
  const it = await listen(inbox, () => undefined);
  it.listener.expectations.handler("approved", (_event, { id }) => void answered.push(id));
  return { ...it, answered, listed };
}

describe.each(inboxes)("changes of the expected events, %s", (_what, make) => {
  test("an event after new expectations reads those, and not all that are open", async () => {
    const { listener, run, answered, listed } = await expecting(make());
    await listener.expect("NEVER", { id: "first", handler: "approved" });
    await run("e0", { message: "other" });
    listed.mockClear();
    for (let n = 0; n < 20; n += 1) {
      await Promise.all(
        ["a", "b", "c"].map((name) => listener.expect("NEVER", { id: `${name}${n}`, handler: "approved" })),
      );
      await listener.expect(approval, { id: `answer ${n}`, handler: "approved" });
      await run(`e${n + 1}`, { message: "m1" });
    }
    expect(answered).toEqual(Array.from({ length: 20 }, (_, n) => `answer ${n}`));
    expect(listed).not.toHaveBeenCalled();
  });

  test("a process that missed more changes than are remembered reads all that are open", async () => {
    const { listener, run, answered, listed } = await expecting(make());
    await run("e0", { message: "other" });
    listed.mockClear();
    await listener.expect(approval, { id: "early", handler: "approved" });
    const ids = Array.from({ length: 300 }, (_, n) => `${"long ".repeat(40)}${n}`);
    await Promise.all(ids.map((id) => listener.expect("NEVER", { id, handler: "approved" })));
    await run("e1", { message: "m1" });
    expect(answered).toEqual(["early"]);
    // The worker looks for changes, too, while they are added.
    expect(listed.mock.calls.length).toBeGreaterThan(0);
    expect(listed.mock.calls.length).toBeLessThan(10);
  });

  test("what another process adds and cancels is known at the next event; so is what an earlier version added", async () => {
    const inbox = make();
    const { listener, run, answered } = await expecting(inbox);
    await listener.expect(approval, { id: "canceled", handler: "approved" });
    await run("e0", { message: "other" });
    const { listener: other } = await listen(sameStore(inbox), () => undefined);
    await other.expect(approval, { id: "added", handler: "approved" });
    expect(await other.expectations.cancel("canceled")).toBe(true);
    // An earlier version writes a version that stands in no log.
    const value = { id: "earlier", handler: "approved", filter: approval, dueAt: Date.now() + 60_000 };
    await inbox.writeMetadata("expectation:earlier", JSON.stringify(value));
    await inbox.writeMetadata("expectations", "5f0c8b9e");
    await run("e1", { message: "m1" });
    expect(answered.sort()).toEqual(["added", "earlier"]);
  });

  test("an expectation that its process stored and did not tell of is told of when it is expected again", async () => {
    const inbox = make();
    const { listener, run, answered } = await expecting(inbox);
    await listener.expect("NEVER", { id: "one", handler: "approved" });
    await run("e0", { message: "other" });
    const told = vi.spyOn(inbox, "replaceMetadata").mockImplementationOnce(() => {
      throw new Error("killed");
    });
    await expect(listener.expect(approval, { id: "two", handler: "approved" })).rejects.toThrow("killed");
    told.mockRestore();
    await run("e1", { message: "m1" });
    expect(answered).toEqual([]);
    expect(await listener.expect(approval, { id: "two", handler: "approved" })).toBe("open");
    await run("e2", { message: "m1" });
    expect(answered).toEqual(["two"]);
  });

  test("a log that was damaged, or is of a later version, costs a look at all, and no event", async () => {
    const inbox = make();
    const { listener, run, answered } = await expecting(inbox);
    await run("e0", { message: "other" });
    for (const [n, text] of ["{", "{}", '[["tag"]]', "[null,[1,2]]", ""].entries()) {
      await inbox.writeMetadata("expectation-changes", text);
      await listener.expect(approval, { id: `answer ${n}`, handler: "approved" });
      await run(`e${n + 1}`, { message: "m1" });
    }
    expect(answered).toHaveLength(5);
  });
});

/** Two listeners over one inbox object are like two processes over one store: each has its own knowledge. */
function sameStore(inbox: Inbox): Inbox {
  return new Proxy(inbox, {
    get(target, name) {
      if (name === "open" || name === "close") return async () => undefined;
      if (name === "claim") return claimNothing;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

function claimNothing(_max: number, signal: AbortSignal): Promise<readonly []> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve([]);
    signal.addEventListener("abort", () => resolve([]), { once: true });
  });
}
