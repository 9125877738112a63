import { readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { Toolset } from "earshot";
import { startPlatform } from "earshot/dev";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { compile, run } from "../support/program.js";
import { sharedStores } from "./shared-store.js";

/** The long form, `npm run test:duplicates`, has 10,000. */
const EVENTS = Number(process.env.DUPLICATE_EVENTS ?? 400);
const NAME = "SLACK_RECEIVE_MESSAGE";

for (const { what, missing, make } of sharedStores) {
  test.skipIf(missing)(
    `${EVENTS} events, five copies of each, in parallel over both transports and two processes on ${what}: each runs once`,
    {
      timeout: 400_000,
    },
    async () => {
      const { folder, remove } = temporaryFolder();
      const store = await make();
      const platform = await startPlatform();
      const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url });
      onTestFinished(async () => {
        await toolset.close();
        await platform.stop();
        await store.remove();
        remove();
      });
      await toolset.enableTrigger(NAME, {});
      const log = join(folder, "log");
      writeFileSync(log, "");
      const program = await compile(join(import.meta.dirname, "duplicates-child.ts"));
      const env = {
        COMPOSIO_API_KEY: "local",
        COMPOSIO_BASE_URL: platform.url,
        COMPOSIO_WEBHOOK_SECRET: platform.project.webhookSecret,
        ...store.env,
        LOG: log,
      };
      const processes = [run(program, [], env)];
      const doorOf = async (at: number) =>
        (await processes[at]?.line(/^door /))?.slice("door ".length) ?? "no door";
      await doorOf(0);
      processes.push(run(program, [], env));
      // The platform posts to the door that registered last; the copies of our own go to the other.
      await doorOf(1);
      const other = `${await doorOf(0)}/webhook`;

      platform.faults.webhooks.duplicate(EVENTS);
      const agent = new Agent({ keepAlive: true, maxSockets: 32 });
      const posting: Promise<void>[] = [];
      const ids: string[] = [];
      for (let n = 0; n < EVENTS; n += 1) {
        const data = { text: String(n) };
        const { logIds } = await platform.fire(NAME, { data });
        const [logId = ""] = logIds;
        ids.push(logId);
        const copy = { secret: platform.project.webhookSecret, triggerName: NAME, payload: data, logId };
        posting.push(post(agent, other, signedWebhook(copy)));
        // A few hundred at a time: all copies of an event are then on their way together.
        if (posting.length === 500) await Promise.all(posting.splice(0));
      }
      await Promise.all(posting);
      agent.destroy();
      await platform.idle();
      const ran = () => readFileSync(log, "utf8").trim().split("\n");
      await vi.waitFor(() => expect(ran().length).toBeGreaterThanOrEqual(EVENTS), {
        timeout: 150_000,
        interval: 200,
      });
      // Every copy was handed over: one over each socket (or from the log, where this machine was too slow for a
      // socket), two at one door and one at the other.
      const copiesOf = (at: number): Record<string, number> => {
        const said = processes[at]?.lines.findLast((text) => text.startsWith("copies ")) ?? "copies {}";
        return JSON.parse(said.slice("copies ".length));
      };
      await vi.waitFor(
        () => {
          for (const at of [0, 1]) {
            const { websocket = 0, webhook = 0, backfill: log = 0 } = copiesOf(at);
            expect(websocket + log).toBeGreaterThanOrEqual(EVENTS);
            expect(webhook).toBeGreaterThanOrEqual((at + 1) * EVENTS);
          }
        },
        { timeout: 150_000, interval: 200 },
      );
      const copies = [0, 1].flatMap((at) => Object.values(copiesOf(at))).reduce((sum, one) => sum + one, 0);
      for (const { child } of processes) child.kill("SIGTERM");
      for (const { ended } of processes) expect(await ended).toBe(0);
      expect(ids).toHaveLength(EVENTS);
      expect(ran().sort()).toEqual(ids.map((id) => `run ${id}`).sort());
      expect(processes.flatMap(({ lines }) => lines.filter((text) => !/^(door|copies) /.test(text)))).toEqual(
        [],
      );
      process.stdout.write(`${what}: ${EVENTS} events, ${copies} copies, ${ran().length} runs\n`);
    },
  );
}

/** Posts until it is acknowledged. */
function post(agent: Agent, url: string, signed: ReturnType<typeof signedWebhook>): Promise<void> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { agent, method: "POST", headers: signed.headers });
    sending.on("error", reject);
    sending.on("response", (response) => {
      response.resume();
      if (response.statusCode === 200) response.on("end", resolve);
      else reject(new Error(`answered ${response.statusCode}`));
    });
    sending.end(signed.body);
  });
}
