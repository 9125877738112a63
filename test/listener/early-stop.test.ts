import { memoryInbox, TriggerListener } from "earshot";
import { expect, test } from "vitest";
import { freePort } from "../support/free-port.js";

/** The suite asserts after the file that no timer and no server is left. */
test("stop() in any moment of a start leaves no port open and no timer", async () => {
  for (let turns = 0; turns < 12; turns += 1) {
    const port = await freePort();
    const listener = new TriggerListener({
      inbox: memoryInbox(),
      signals: false,
      webhook: { port, host: "127.0.0.1", secrets: "a secret of some length" },
    });
    const started = listener.start().catch(() => undefined);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    await listener.stop();
    await started;
    await expect(fetch(`http://127.0.0.1:${port}/healthz`), `after ${turns} turns`).rejects.toThrow();
    expect(listener.health().state).toBe("stopped");
  }
});
