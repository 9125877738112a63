import { join } from "node:path";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { compile, run } from "../support/program.js";

const secret = "a secret of some length";

test("an event whose callback kills the process is dead-lettered after three crashes, and the others run", async () => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const program = await compile(join(import.meta.dirname, "programs/crasher.ts"));
  const start = () => run(program, [join(folder, "events.db"), secret]);
  const post = async (url: string, triggerName: string, logId: string) => {
    const { headers, body } = signedWebhook({ secret, triggerName, payload: {}, logId });
    await fetch(`${url}/webhook`, { method: "POST", headers, body }).catch(() => undefined);
  };
  const first = start();
  const url = (await first.line(/^up /)).slice(3);
  await post(url, "WORK", "log_1");
  await post(url, "POISON", "log_poison");
  expect(await first.ended).toBe("SIGKILL");
  let crashes = 1;
  for (;;) {
    const again = start();
    // Where the process ends first, there is no such line.
    const end = await again.line(/^dead log_poison/).catch(() => again.ended);
    if (end !== "SIGKILL") {
      expect(end).toMatch(/ERR_CRASHED: The process ended 3 times while it ran this event/);
      const alive = (await again.line(/^up /)).slice(3);
      await post(alive, "WORK", "log_2");
      await again.line(/^work log_2/);
      break;
    }
    crashes += 1;
    expect(crashes).toBeLessThanOrEqual(3);
  }
  expect(crashes).toBe(3);
});
