import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { Cursor } from "../../../src/transports/backfill/cursor.js";
import { manualClock } from "../../support/manual-clock.js";

function aCursor(storedUntil: () => number | undefined) {
  const clock = manualClock();
  const marks = new Map<string, string>();
  const errors: unknown[] = [];
  let broken = false;
  const cursor = new Cursor({
    clock,
    name: "here",
    storedUntil,
    onError: (error) => errors.push(error),
    marks: {
      readMetadata: (name) => marks.get(name),
      async writeMetadata(name, value) {
        await Promise.resolve();
        if (broken) throw new Error("the disk is full");
        marks.set(name, value);
      },
    },
  });
  onTestFinished(() => cursor.stop());
  return { clock, marks, errors, cursor, breakDown: (on: boolean) => (broken = on) };
}

test("a cursor is written as soon as it is followed, then every second, then at the stop", async () => {
  let until: number | undefined = 100;
  const { clock, marks, cursor } = aCursor(() => until);
  expect(await cursor.read()).toBeUndefined();
  await cursor.follow();
  expect(marks.get("heard:here")).toBe("100");
  until = 200;
  clock.advance(999);
  await turn();
  expect(await cursor.read()).toBe(100);
  clock.advance(1);
  await turn();
  expect(await cursor.read()).toBe(200);
  until = 300;
  await cursor.stop();
  expect(await cursor.read()).toBe(300);
  expect(clock.pending()).toBe(0);
});

test("a cursor without a time, or that never followed, writes nothing", async () => {
  let until: number | undefined;
  const { clock, marks, cursor } = aCursor(() => until);
  until = 100;
  await cursor.stop();
  until = undefined;
  await cursor.follow();
  clock.advance(5000);
  await turn();
  expect(marks.size).toBe(0);
});

test("a store that fails is reported, and written to again", async () => {
  const { clock, marks, errors, cursor, breakDown } = aCursor(() => 100);
  breakDown(true);
  await cursor.follow();
  expect(errors).toHaveLength(1);
  breakDown(false);
  clock.advance(1000);
  await turn();
  expect(marks.get("heard:here")).toBe("100");
});

test("a mark that is not a time is none", async () => {
  const { marks, cursor } = aCursor(() => 1);
  for (const text of ["", "-1", "1e3", "soon", "9".repeat(16)]) {
    marks.set("heard:here", text);
    expect(await cursor.read()).toBeUndefined();
  }
});
