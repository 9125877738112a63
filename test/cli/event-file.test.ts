import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openEventFile } from "../../src/cli/commands/listen/event-file.js";
import type { TriggerEvent } from "../../src/index.js";

test("after a line that was cut off, the next event has a line of its own", async () => {
  const folder = await mkdtemp(join(tmpdir(), "earshot-out-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "events.jsonl");
  const file = await openEventFile(path);
  const handle = await open(path, "a");
  // What a disk does that becomes full within a line.
  const append = vi.spyOn(Object.getPrototypeOf(handle), "appendFile");
  onTestFinished(() => append.mockRestore());
  append.mockImplementationOnce(async (text) => {
    await handle.write(String(text).slice(0, 5));
    throw new Error("ENOSPC: no space left on device, write");
  });
  const event = (id: string) => ({ id, raw: {} }) as unknown as TriggerEvent;
  const appended = await Promise.allSettled(["a", "b", "c"].map((id) => file.append(event(id))));
  expect(appended.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  await file.close();
  await handle.close();
  expect(await readFile(path, "utf8")).toBe('{"id"\n{"id":"b"}\n{"id":"c"}\n');
});
