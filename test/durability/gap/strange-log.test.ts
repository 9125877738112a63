import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ListenerEvent } from "../../../src/base/listener-events.js";
import { Client } from "../../../src/client/client.js";
import { Backfill } from "../../../src/transports/backfill/backfill.js";
import { platformLog } from "../../../src/transports/backfill/platform-log.js";
import { settingsFor } from "../../client/support.js";
import { manualClock } from "../../support/manual-clock.js";
import { runs } from "../../support/runs.js";
import { StrangeLog, type Strangeness } from "./strange-log.js";

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const RUNS = runs(400, 40);

let log = new StrangeLog();
const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  if (log.handle(request, Buffer.concat(parts).toString(), response)) return;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(request.url?.includes("active_triggers") ? { triggers: [] } : { items: [] }));
});
let url = "";
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const HOUR_MS = 3_600_000;
const GAP_MS = 60_000;

interface Outcome {
  readonly delivered: ReadonlySet<string>;
  readonly gap: { readonly from: number; readonly to: number };
  readonly filled: readonly Extract<ListenerEvent, { type: "gap.filled" }>[];
  readonly unfilled: readonly Extract<ListenerEvent, { type: "gap.unfilled" }>[];
}

/** Fills one gap from such a log, and says what became of it. */
async function fill(
  apiVersion: "v1" | "v3",
  strange: Strangeness,
  offsets: readonly number[],
  seed = 1,
): Promise<Outcome> {
  log = new StrangeLog();
  log.be(strange, seed);
  const from = Math.floor((Date.now() - HOUR_MS) / 1000) * 1000;
  const gap = { from, to: from + GAP_MS };
  for (const [index, offset] of offsets.entries()) log.add(`e${index}`, from + offset);
  const client = new Client(settingsFor(url, { apiVersion, maxTries: 1, maxPages: 60 }));
  const clock = manualClock();
  clock.advance(Date.now() - clock.now());
  const reports: ListenerEvent[] = [];
  const delivered = new Set<string>();
  const link = client.platformAccess();
  // As a listener does before anything else: its answer tells the platform's time.
  await client.adapter.accounts
    .list(
      { entityIds: [], appNames: [], integrationIds: [], connectedAccountIds: [], statuses: [] },
      undefined,
    )
    [Symbol.asyncIterator]()
    .next();
  const first = link.logs({ since: 0, until: 1, signal: new AbortController().signal });
  await first[Symbol.asyncIterator]().next();
  const backfill = new Backfill({
    log: platformLog({
      logs: (range) => link.logs(range),
      clockAhead: link.clockAhead,
      clock,
      onDelivery: ({ body }) => {
        const { id } = (JSON.parse(String(body)) as { payload: { id: string } }).payload;
        const isNew = !delivered.has(id);
        delivered.add(id);
        return isNew;
      },
    }),
    clock,
    maxTries: 1,
    // As exactly as the difference of the clocks is known.
    overlapMs: 2000,
    send: (report) => reports.push(report),
  });
  backfill.fill(gap);
  await backfill.idle();
  await backfill.stop();
  await client.close();
  const of = <T extends ListenerEvent["type"]>(type: T) =>
    reports.filter((report): report is Extract<ListenerEvent, { type: T }> => report.type === type);
  return { delivered, gap, filled: of("gap.filled"), unfilled: of("gap.unfilled") };
}

/** What was in the gap and was not delivered lies within the bounds of a report that says so. */
function check({ delivered, gap, filled, unfilled }: Outcome, aheadMs: number): void {
  for (const { id, at } of log.facts) {
    const ours = at - aheadMs;
    if (ours < gap.from || ours >= gap.to || delivered.has(id)) continue;
    const told = unfilled.some(({ from, to }) => from.getTime() <= ours && ours <= to.getTime());
    expect(told, `${id} at ${ours - gap.from} of the gap`).toBe(true);
    const wrongly = filled.some(({ from, to }) => from.getTime() <= ours && ours <= to.getTime());
    expect(wrongly, `${id} was not read, and its time is reported as filled`).toBe(false);
  }
  expect(filled.length + unfilled.length).toBeGreaterThan(0);
}

const strangeness: fc.Arbitrary<Strangeness> = fc.record(
  {
    mostLines: fc.constantFrom(1, 3, 10),
    order: fc.constantFrom("ascending", "shuffled", "pages-shuffled"),
    endsAfter: fc.constantFrom(1, 2),
    emptyPage: fc.constantFrom(1, 2),
    stuckFrom: fc.constantFrom(1, 2),
    overlaps: fc.boolean(),
    time: fc.constantFrom("iso", "seconds", "milliseconds", "text", "no-zone", "whole-seconds"),
    aheadMs: fc.constantFrom(-7_200_000, -90_000, 90_000, 7_200_000),
    broken: fc.record({
      nth: fc.nat({ max: 60 }),
      how: fc.constantFrom("no-id", "no-time", "null", "no-payload", "no-meta", "same-id", "future"),
    }),
    ignoresRange: fc.boolean(),
    total: fc.constantFrom("right", "none", "one", "many"),
    grows: fc.boolean(),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Strangeness>;

/**
 * A log that hides lines from every question that could be asked cannot be told from one that does not have them:
 * which answers nothing to anything, which ends each list of one moment early, or which, in generation 1, has pages
 * alone and says that there are no more.
 */
function canBeTold(apiVersion: "v1" | "v3", strange: Strangeness, at: readonly number[]): boolean {
  const { broken, endsAfter, emptyPage, mostLines, stuckFrom, time, total } = strange;
  if (apiVersion === "v1" && emptyPage !== undefined) {
    if (total === "one" || (total === "none" && stuckFrom !== undefined)) return false;
  }
  if (endsAfter === undefined) return true;
  // Where one line is all that an answer shows, or a broken one takes a place, others stay hidden behind it.
  if (mostLines === 1 || broken !== undefined || emptyPage !== undefined) return false;
  const sorted = [...at].sort((a, b) => a - b);
  const isOneEach = sorted.every((one, index) => index === 0 || one - (sorted[index - 1] ?? 0) > 3);
  const areApart = isOneEach && at.every((one) => one % 1000 !== 0);
  return apiVersion === "v3" && areApart && time !== "whole-seconds";
}

/** Enough for several pages at a few lines each. */
const many = Array.from({ length: 40 }, (_, n) => n * 1400 + 7);

/** Events before the gap, in it, and after it. */
const offsets = fc.array(fc.integer({ min: -GAP_MS, max: 2 * GAP_MS }), { minLength: 1, maxLength: 60 });

describe.each(["v3", "v1"] as const)("generation %s", (apiVersion) => {
  test(`whatever a log answers, a line of the gap is delivered, or the gap is unfilled (SEED=${SEED})`, {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(strangeness, offsets, fc.nat(), async (strange, at, seed) => {
        fc.pre(canBeTold(apiVersion, strange, at));
        check(await fill(apiVersion, strange, at, seed), strange.aheadMs ?? 0);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test.each<[string, Strangeness]>([
    ["pages in whatever order", { order: "shuffled", mostLines: 10 }],
    ["the oldest lines first", { order: "ascending", mostLines: 1 }],
    ["fewer lines a page than asked for, and no count of pages", { mostLines: 3, total: "none" }],
    ["pages that overlap", { overlaps: true, mostLines: 5 }],
    ["an empty page between others", { emptyPage: 2, mostLines: 10 }],
    ["times in seconds", { time: "seconds" }],
    ["times as text", { time: "text" }],
    ["times without a zone", { time: "no-zone" }],
    ["times in whole seconds", { time: "whole-seconds" }],
    ["a clock two hours ahead", { aheadMs: 7_200_000 }],
    ["a clock two hours behind", { aheadMs: -7_200_000 }],
    ["lines that come in while it is read", { grows: true, mostLines: 5 }],
  ])("a gap is filled, and reported as filled, from a log with %s", async (_name, strange) => {
    const outcome = await fill(apiVersion, strange, many);
    expect([...outcome.delivered].filter((id) => id.startsWith("e"))).toHaveLength(40);
    expect(outcome.unfilled).toEqual([]);
    expect(outcome.filled).toHaveLength(1);
    check(outcome, strange.aheadMs ?? 0);
  });

  test.each<[string, Strangeness, RegExp]>([
    ["that has lost a line's id", { broken: { nth: 5, how: "no-id" } }, /a line has no `id`/],
    ["that has lost a line's time", { broken: { nth: 5, how: "no-time" } }, /the line e5 has no `createdAt`/],
    ["with a line that is null", { broken: { nth: 5, how: "null" } }, /a line is null, not an object/],
    [
      "with a payload that is not JSON",
      { broken: { nth: 5, how: "no-payload" } },
      /the line e5 has no payload that can be read/,
    ],
    [
      "with a line that has lost all but its id and time",
      { broken: { nth: 5, how: "no-meta" } },
      /the line e5 has no payload that can be read/,
    ],
    [
      "with two events of one id",
      { broken: { nth: 5, how: "same-id" } },
      /two different lines have the id e0/,
    ],
  ])(
    "the rest is delivered, and the gap reported as unfilled, by a log %s",
    async (_name, strange, reason) => {
      const outcome = await fill(apiVersion, strange, many);
      expect(outcome.delivered.size).toBeGreaterThanOrEqual(38);
      expect(outcome.filled).toEqual([]);
      expect(outcome.unfilled).toHaveLength(1);
      expect(outcome.unfilled[0]?.error.message).toMatch(reason);
      check(outcome, 0);
    },
  );
});

test.each<[string, Strangeness]>([
  ["a cursor that ends early", { endsAfter: 1, mostLines: 10 }],
  ["a cursor that ends early, in no order", { endsAfter: 1, mostLines: 7, order: "shuffled" }],
  ["a cursor that ends early, a page later", { endsAfter: 2, mostLines: 5 }],
])("generation 3: a gap is filled from a log with %s", async (_name, strange) => {
  const outcome = await fill("v3", strange, many);
  expect(outcome.delivered.size).toBe(40);
  expect(outcome.unfilled).toEqual([]);
});

test.each([0, 1, 2, 3])(
  "generation 3: newer lines that a first page of any order hides are found, and delivered (seed %i)",
  async (seed) => {
    const strange = { mostLines: 3, order: "pages-shuffled", endsAfter: 1, overlaps: true } as const;
    const outcome = await fill("v3", strange, [1, 5, 9], seed);
    expect(outcome.delivered.size).toBe(3);
    expect(outcome.unfilled).toEqual([]);
  },
);

test("generation 3: a cursor that comes again leaves a gap of what could not be read, and ends", async () => {
  const outcome = await fill("v3", { stuckFrom: 1, mostLines: 10 }, many);
  expect(outcome.filled).toEqual([]);
  expect(outcome.unfilled[0]?.error.message).toContain("names the same next page twice");
  check(outcome, 0);
});

test("a line whose times are known has a gap of that time alone", async () => {
  const outcome = await fill(
    "v3",
    { broken: { nth: 5, how: "no-id" } },
    [1000, 2000, 3000, 4000, 5000, 30_007, 59_000],
  );
  const { from } = outcome.gap;
  expect(outcome.unfilled).toMatchObject([{ from: new Date(from + 30_007), to: new Date(from + 30_007) }]);
});
