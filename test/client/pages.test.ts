import { expect, test } from "vitest";
import { Pages } from "../../src/client/pages.js";

function counted(pages: readonly (readonly number[])[]) {
  const counts = { fetched: 0, walks: 0 };
  const list = new Pages(async function* () {
    counts.walks += 1;
    for (const page of pages) {
      counts.fetched += 1;
      yield page;
    }
  });
  return { list, counts };
}

test("awaited, it is everything in order, and nothing is fetched before or twice", async () => {
  const { list, counts } = counted([[1, 2], [], [3]]);
  expect(counts.walks).toBe(0);
  expect(await list).toEqual([1, 2, 3]);
  expect(await list).toEqual([1, 2, 3]);
  expect(counts).toEqual({ fetched: 3, walks: 1 });
});

test("iterated, only the pages that are reached are fetched", async () => {
  const { list, counts } = counted([[1, 2], [3], [4]]);
  const seen: number[] = [];
  for await (const item of list) {
    seen.push(item);
    if (item === 3) break;
  }
  expect(seen).toEqual([1, 2, 3]);
  expect(counts.fetched).toBe(2);
});

test("a failure rejects the await and the iteration", async () => {
  const list = new Pages<number>(async function* () {
    yield [1];
    throw new Error("broken");
  });
  await expect(Promise.resolve(list)).rejects.toThrow("broken");
  const seen: number[] = [];
  const walk = async () => {
    for await (const item of list) seen.push(item);
  };
  await expect(walk()).rejects.toThrow("broken");
  expect(seen).toEqual([1]);
});
