import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { growthIn, type Sample, type Thirds, thirdsOf } from "./samples.js";

const SAMPLES = 90;
const WARM_UP = 20;

/** A process that grows while it warms up, and is then flat with some noise; one of them is changed by `grow`. */
function samples(grow: (sample: Sample, at: number) => unknown = () => undefined): readonly Sample[] {
  return Array.from({ length: SAMPLES }, (_, at) => {
    const warm = Math.min(1, at / WARM_UP);
    const noise = (at * 7) % 5;
    const sample = {
      atMs: at * 10_000,
      walMb: 66 * warm,
      fileMb: 50 * warm + noise / 10,
      series: 200,
      receiver: {
        ...{ rssMb: 100 + 60 * warm + noise, heapMb: 30 + 10 * noise, cpuMs: at * 3_000 },
        ...{ delayP50Ms: 1, delayP99Ms: 5 + noise, delayMaxMs: 20 + 10 * noise },
        ...{ descriptors: 80 + noise, handles: 40 + noise, expectations: noise, unsettled: 0, churned: at },
        records: { waiting: noise, running: 0, done: 18_000 * warm, dead: 200 * warm, unmatched: 300 },
        ...{ counted: {}, problems: [] },
      },
      sender: {
        ...{ delayP50Ms: 1, delayP99Ms: 4, delayMaxMs: 20 },
        rssMb: 150 + noise,
        cpuMs: at,
        connections: 20,
        sent: at,
        copies: 0,
        retries: 0,
        drops: 0,
      },
    };
    grow(sample, at);
    return sample;
  });
}

type Writable<T> = { -readonly [Key in keyof T]: Writable<T[Key]> };
const leak = (change: (sample: Writable<Sample>, at: number) => unknown) =>
  growthIn(thirdsOf(samples((sample, at) => change(sample as Writable<Sample>, at)))).map(
    (line) => line.split(":")[0],
  );

test("what grows while it warms up and is flat from then on is no growth", () => {
  expect(growthIn(thirdsOf(samples()))).toEqual([]);
  const rss = thirdsOf(samples()).find(({ title }) => title === "RSS, MB");
  expect(rss?.thirds).toHaveLength(3);
  expect(rss?.thirds[0]?.min).toBe(100);
  expect(rss?.thirds[2]).toEqual({ median: 162, min: 160, max: 164 });
});

test.each([
  ["RSS, MB", ({ receiver }, at) => (receiver.rssMb += at)],
  ["heap in use, MB", ({ receiver }, at) => (receiver.heapMb += at)],
  ["database file, MB", (sample, at) => (sample.fileMb += at / 2)],
  ["write-ahead log, MB", (sample) => (sample.walMb += 50)],
  ["event-loop delay, p99 ms", ({ receiver }, at) => (receiver.delayP99Ms += at > 60 ? 40 : 0)],
  [
    "open descriptors, without the senders' connections",
    ({ receiver }, at) => ((receiver.descriptors as number) += Math.floor(at / 2)),
  ],
  ["handles, without the senders' connections", ({ receiver }, at) => (receiver.handles += at)],
  ["records in the file", ({ receiver }, at) => (receiver.records.done += at * 60)],
  ["waiting and running", ({ receiver }, at) => (receiver.records.waiting += at * 5)],
  ["open expectations", ({ receiver }, at) => (receiver.expectations += at * 3)],
  ["lines of `/metrics`", (sample, at) => (sample.series += at)],
] as [string, (sample: Writable<Sample>, at: number) => unknown][])(
  "growth is noticed: %s",
  (title, grow) => {
    expect(leak(grow)).toContain(title);
  },
);

test("where the machine has more to do, both processes are late, and that is no growth", () => {
  const busy = ({ receiver, sender }: Writable<Sample>, at: number) => {
    if (at <= 60) return;
    receiver.delayP99Ms *= 20;
    sender.delayP99Ms *= 20;
  };
  expect(leak(busy)).toEqual([]);
});

test("the run that docs/performance.md shows was flat, and nothing in it was lost or ran after it was done", () => {
  const file = new URL("../../../bench/results/soak.json", import.meta.url);
  const { seconds, counts, measures } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly seconds: number;
    readonly counts: Readonly<Record<string, number>>;
    readonly measures: readonly Thirds[];
  };
  expect(seconds).toBeGreaterThanOrEqual(1_800);
  expect(growthIn(measures)).toEqual([]);
  expect(counts).toMatchObject({ lost: 0, runAfterDone: 0, runTwice: 0, unintended: 0, pending: 0 });
  expect(counts.acknowledged).toBe(counts.sent);
});
