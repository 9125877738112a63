import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signedWebhook } from "earshot/testing";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { compile, run } from "../support/program.js";
import { sharedStores } from "./shared-store.js";

const KEYS = 8;
const EVENTS = 24;
const secret = "a secret of some length";

const memory = {
  what: "memory",
  missing: undefined,
  make: async () => ({ env: {}, remove: () => undefined }),
};

for (const { what, missing, make } of [...sharedStores, memory]) {
  const processes = what === "memory" ? 1 : 2;
  test.skipIf(missing)(
    `order keys hold while callbacks fail and run again: ${processes === 1 ? "one process and its" : "two processes on"} ${what}`,
    { timeout: 240_000 },
    async () => {
      const store = await make();
      const { folder, remove } = temporaryFolder();
      const log = join(folder, "log");
      writeFileSync(log, "");
      const program = await compile(join(import.meta.dirname, "order-child.ts"));
      const env = { ...store.env, LOG: log, SECRET: secret };
      const running = Array.from({ length: processes }, () => run(program, [], env));
      const urls = await Promise.all(
        running.map(async ({ line }) => `${(await line(/^door /)).slice("door ".length)}/webhook`),
      );
      // Each key's events one after the other, at the doors in turn; the keys side by side.
      await Promise.all(
        Array.from({ length: KEYS }, async (_, key) => {
          for (let n = 0; n < EVENTS; n += 1) {
            const logId = `log_${key}_${n}`;
            const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: { key, n }, logId });
            const answer = await fetch(String(urls[(key + n) % processes]), {
              method: "POST",
              headers,
              body,
            });
            expect(answer.status).toBe(200);
          }
        }),
      );
      const lines = () => readFileSync(log, "utf8").trimEnd().split("\n");
      const count = (word: string) => lines().filter((text) => text.startsWith(`${word} `)).length;
      await vi.waitFor(() => expect(count("end")).toBe(KEYS * EVENTS), { timeout: 60_000, interval: 100 });
      for (const { child } of running) child.kill("SIGTERM");
      for (const { ended } of running) expect(await ended).toBe(0);

      const workers = new Set<string>();
      for (let key = 0; key < KEYS; key += 1) {
        const own = lines().filter((text) => text.split(" ")[1] === String(key));
        for (const text of own) workers.add(text.split(" ")[4] ?? "");
        // Nothing of the next event, whoever runs it, before the last attempt of the one before has ended.
        const expected = Array.from({ length: EVENTS }, (_, n) => {
          const failures = n % 4;
          const failed = Array.from({ length: failures }, (_, at) => [
            `begin ${key} ${n} ${at + 1}`,
            `fail ${key} ${n} ${at + 1}`,
          ]);
          return [...failed.flat(), `begin ${key} ${n} ${failures + 1}`, `end ${key} ${n} ${failures + 1}`];
        }).flat();
        expect(own.map((text) => text.split(" ").slice(0, 4).join(" "))).toEqual(expected);
      }
      expect(workers.size).toBe(processes);
      await store.remove();
      remove();
    },
  );
}
