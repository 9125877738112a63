import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { freePort } from "../support/free-port.js";
import { cuttable, eventually, modes, untilNoneMissing } from "./client-support.js";
import { killableClient } from "./killable-client.js";
import { fileInbox, hostOn, platformWithStars, STAR, tokens } from "./support.js";

/** Kills in each mode: the long form is `npm run test:mcp-client`. */
const KILLS = Number(process.env.MCP_CLIENT_KILLS ?? 4);

test.each(modes)(
  "by %s, a listener that is killed at any instant loses none of the server's events, and runs none after it was done",
  { timeout: 120_000 + KILLS * 15_000 },
  async (mode) => {
    const { toolset, star } = await platformWithStars();
    const host = await hostOn(toolset, fileInbox()());
    const port = await freePort();
    const toServer = await cuttable(() => host.url);
    const toClient = await cuttable(() => `http://127.0.0.1:${port}`);
    const isWebhook = mode === "webhook";
    const client = await killableClient({
      mcp: {
        url: toServer.url,
        events: [STAR],
        auth: tokens.ada,
        mode,
        pollMs: 20,
        ...(isWebhook && { webhookUrl: `${toClient.url}/mcp` }),
      },
      ...(isWebhook && { port }),
    });
    await client.start();
    let isFiring = true;
    const firing = (async () => {
      for (let fired = 0; isFiring; fired += 1) {
        await star(`user-${fired}`);
        await sleep(10);
      }
    })();
    const done = () => client.ledger().done.size;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = done();
      // Every third kill is at whatever goes on, the start included.
      if (kill % 3 !== 2) await eventually(() => expect(done()).toBeGreaterThan(before + 3), 60_000);
      await sleep(Math.random() * (kill % 3 === 2 ? 600 : 50));
      if (kill % 4 === 3) {
        toServer.cut();
        toClient.cut();
      }
      await client.kill();
      // Now and then it is away for a while, and the server's attempts fail.
      if (kill % 2 === 1) await sleep(200);
      await client.start(kill % 3 !== 1);
    }
    isFiring = false;
    await firing;

    /** The server's own list: what its inbox has stored. */
    const sent = async () => {
      const ids: string[] = [];
      for await (const { id } of host.listener.inbox.find({})) ids.push(id);
      return ids.sort();
    };
    await untilNoneMissing(async () => {
      const { waiting, running } = await host.listener.inbox.counts();
      return waiting + running;
    });
    const all = await sent();
    await untilNoneMissing(() => {
      const { done: over } = client.ledger();
      return all.filter((id) => !over.has(id)).length;
    });
    expect([...client.ledger().done].sort()).toEqual(all);
    const { runAfterDone, dead, reruns } = client.ledger();
    expect(runAfterDone).toEqual([]);
    expect(dead).toEqual([]);
    // The server has lost nothing: a gap is filled, unless the kill ended the life that had opened it.
    const lives = client.gaps();
    // A process that is killed before its first line is none.
    expect(lives.length).toBeGreaterThan(KILLS / 2);
    expect(lives.flat()).not.toContain("gap.unfilled");
    for (const gaps of lives) {
      const opened = gaps.filter((gap) => gap === "gap.opened").length;
      const filled = gaps.filter((gap) => gap === "gap.filled").length;
      const isLast = gaps === lives.at(-1);
      expect([filled, ...(isLast ? [] : [filled + 1])]).toContain(opened);
    }
    const events = all.length;
    expect(events).toBeGreaterThan(KILLS * 2);
    if (process.env.MCP_CLIENT_KILLS !== undefined) {
      process.stdout.write(
        `${mode}: ${events} events, ${KILLS} kills: 0 lost, 0 run after done, ${reruns} re-runs that a kill forced, ${lives.flat().length} reports of gaps\n`,
      );
    }
  },
);
