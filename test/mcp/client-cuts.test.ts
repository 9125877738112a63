import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { freePort } from "../support/free-port.js";
import { type Client, clientOf, cuttable, eventually, modes, untilNoneMissing } from "./client-support.js";
import { fileInbox, hostOn, platformWithStars } from "./support.js";

/** Cuts of the connections in each mode: the long form is `npm run test:mcp-client`. */
const CUTS = Number(process.env.MCP_CLIENT_CUTS ?? 8);

test.each(modes)(
  "by %s, cut connections and restarts of either side lose no event and run none twice",
  { timeout: 900_000 },
  async (mode) => {
    const { toolset, star } = await platformWithStars();
    const inboxes = { server: fileInbox(), client: fileInbox() };
    let host = await hostOn(toolset, inboxes.server());
    const port = await freePort();
    const toServer = await cuttable(() => host.url);
    const toClient = await cuttable(() => `http://127.0.0.1:${port}`);
    const start = (): Promise<Client> =>
      clientOf(toServer.url, {
        inbox: inboxes.client(),
        mcp: { mode, ...(mode === "webhook" ? { webhookUrl: `${toClient.url}/mcp` } : {}) },
        ...(mode === "webhook" ? { port } : {}),
      });
    const clients = [await start()];
    let fired = 0;
    let isFiring = true;
    const firing = (async () => {
      while (isFiring) {
        await star(`user-${fired}`);
        fired += 1;
        await sleep(15);
      }
    })();
    const ran = () => clients.flatMap((client) => client.by() as string[]);
    let [serverRestarts, clientRestarts] = [0, 0];
    for (let cut = 1; cut <= CUTS; cut += 1) {
      const before = ran().length;
      // Between two cuts something arrives: otherwise only the last connection would count.
      await eventually(() => expect(ran().length).toBeGreaterThan(before), 60_000);
      const isAway = cut % 3 === 0;
      for (const { world } of [toServer, toClient]) world.isDown = isAway;
      toServer.cut();
      toClient.cut();
      if (isAway) {
        await sleep(100);
        for (const { world } of [toServer, toClient]) world.isDown = false;
      }
      if (cut % 8 === 4) {
        clientRestarts += 1;
        await clients.at(-1)?.stop();
        clients.push(await start());
      }
      if (cut % 8 === 0) {
        serverRestarts += 1;
        await host.stop();
        host = await hostOn(toolset, inboxes.server());
      }
    }
    isFiring = false;
    await firing;
    // The platform's socket and log fill what the server itself has missed while it was away.
    await untilNoneMissing(() => fired - new Set(ran()).size);
    expect(ran().sort()).toEqual(Array.from({ length: fired }, (_, at) => `user-${at}`).sort());
    const gaps = clients.flatMap((client) => client.gaps.map(({ type }) => type));
    expect(gaps).not.toContain("gap.unfilled");
    expect(gaps.filter((type) => type === "gap.opened").length).toBe(
      gaps.filter((type) => type === "gap.filled").length,
    );
    if (process.env.MCP_CLIENT_CUTS !== undefined) {
      const restarts = `${clientRestarts} restarts of the listener, ${serverRestarts} of the server`;
      process.stdout.write(
        `${mode}: ${fired} events, ${CUTS} cuts, ${restarts}, ${gaps.length / 2} gaps filled\n`,
      );
    }
  },
);
