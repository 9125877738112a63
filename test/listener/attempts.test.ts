import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openInbox } from "earshot";
import { signedWebhook } from "earshot/testing";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { collect } from "../support/collect.js";
import { compile, run } from "../support/program.js";
import { sharedStores } from "./shared-store.js";

const secret = "a secret of some length";
const ids = Array.from({ length: 20 }, (_, n) => `log_${n}`);

for (const { what, missing, make } of sharedStores) {
  test.skipIf(missing)(
    `a callback succeeds once over 5 attempts of the failing one beside it, across a kill and a restart: ${what}`,
    {
      timeout: 240_000,
    },
    async () => {
      const store = await make();
      const { folder, remove } = temporaryFolder();
      const log = join(folder, "log");
      writeFileSync(log, "");
      const program = await compile(join(import.meta.dirname, "attempts-child.ts"));
      const start = (more = {}) => run(program, [], { ...store.env, LOG: log, SECRET: secret, ...more });
      const lines = (word: string) =>
        readFileSync(log, "utf8")
          .split("\n")
          .filter((text) => text.startsWith(`${word} `));
      const untilAttempt = (attempt: number) =>
        vi.waitFor(
          () => {
            for (const id of ids) expect(lines("bad")).toContain(`bad ${id} ${attempt}`);
          },
          { timeout: 60_000 },
        );

      // Attempt 3 does not end here, so the kill falls before the last attempt, however late it comes.
      const first = start({ HOLD: "3" });
      const url = `${(await first.line(/^door /)).slice("door ".length)}/webhook`;
      for (const logId of ids) {
        const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: {}, logId });
        expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
      }
      await untilAttempt(3);
      first.child.kill("SIGKILL");
      await first.ended;
      const second = start();
      await untilAttempt(4);
      second.child.kill("SIGTERM");
      expect(await second.ended).toBe(0);
      const third = start();
      await vi.waitFor(() => expect(lines("dead")).toHaveLength(ids.length), { timeout: 60_000 });
      third.child.kill("SIGTERM");
      await third.ended;

      expect(lines("good").sort()).toEqual(ids.map((id) => `good ${id} 1`).sort());
      expect(lines("dead").sort()).toEqual(ids.map((id) => `dead ${id} 5`).sort());
      for (const id of ids) {
        const attempts = lines("bad").filter((text) => text.startsWith(`bad ${id} `));
        // The attempt that the kill cut off runs again under its number.
        expect(attempts).toEqual([1, 2, 3, 3, 4, 5].map((n) => `bad ${id} ${n}`));
      }
      const inbox = await openInbox(store.inbox());
      const dead = await collect(inbox.find({ state: "dead" }));
      await inbox.close();
      expect(dead).toHaveLength(ids.length);
      for (const record of dead) {
        expect(record).toMatchObject({ attempts: 5, done: ["good"] });
        expect(record.failures.map(({ message }) => message)).toEqual([1, 2, 3, 4, 5].map((n) => `no ${n}`));
      }
      await store.remove();
      remove();
    },
  );
}
