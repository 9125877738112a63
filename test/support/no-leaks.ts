import { afterAll, expect, vi } from "vitest";

/** A busy machine may be slow for seconds: a wait ends with its condition, and fails after this, milliseconds. */
const WAIT_MS = 10_000;
const { waitFor } = vi;
if (waitFor.name !== "patientWaitFor") {
  vi.waitFor = function patientWaitFor(condition, options) {
    const given = typeof options === "number" ? { timeout: options } : options;
    return waitFor(condition, { timeout: WAIT_MS, ...given });
  };
}

/** What keeps a process alive that a test file of ours may have left behind. */
const watched = new Set([
  "TCPSocketWrap",
  "TCPServerWrap",
  "Timeout",
  "PipeWrap",
  "ProcessWrap",
  "FSEventWrap",
]);

function alive(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (watched.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

// Taken before the file's own code runs: the runner's channel to its worker is in it.
const before = alive();

/** Fails a test file that leaves a socket, server, timer or child process behind. */
afterAll(async () => {
  const leaked = () =>
    [...alive()]
      .filter(([kind, count]) => count > (before.get(kind) ?? 0))
      .map(([kind, count]) => `${kind} ×${count}`);
  // The runner has time-outs of its own for hooks; handles of ours close within a turn or two of the loop.
  for (let turn = 0; turn < 200 && leaked().length > 0; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (turn > 20) await new Promise((resolve) => setTimeout(resolve, 25).unref());
  }
  expect(leaked(), "left behind by this file").toEqual([]);
});
