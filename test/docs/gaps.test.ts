import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Row {
  readonly fired: number;
  readonly earshot: { readonly heard: number; readonly lost: number; readonly twice: number };
}

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("the table of the two clients shows what was measured, and earshot received every event once", async () => {
  const results = JSON.parse(read("bench/results/gaps.json")) as { readonly rows: readonly Row[] };
  const { tableText } = (await import(new URL("../../bench/pusher-js/table.js", import.meta.url).href)) as {
    tableText(results: unknown): string;
  };
  expect(read("docs/realtime.md")).toContain(tableText(results));
  expect(results.rows.length).toBeGreaterThan(5);
  for (const { fired, earshot } of results.rows) expect(earshot).toEqual({ heard: fired, lost: 0, twice: 0 });
});
