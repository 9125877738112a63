import { describe, expect, onTestFinished, test } from "vitest";
import { redisInbox } from "../../src/inbox/redis/index.js";
import { openInbox } from "../../src/index.js";
import { start } from "../cli/cli.js";
import { oneOfEach, put } from "../cli/inbox-store.js";
import { startRedis, withoutRedis } from "../support/redis-server.js";
import { browserSetup, hasChromium, screenshot } from "./browser.js";
import { programWithDashboard } from "./program.js";

const TOKEN = "the-token-of-this-test";

describe.skipIf(!hasChromium || withoutRedis !== undefined)(
  "`earshot dashboard --redis` (needs chromium and redis-server)",
  () => {
    const { open } = browserSetup();
    const program = programWithDashboard();

    test("lists, filters and shows the records of a Redis, replays and drops them, and shows new ones by itself", async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const inbox = await openInbox(redisInbox({ connection: server.url }));
      onTestFinished(() => inbox.close());
      for (let number = 0; number < 40; number += 1) await put(inbox, `done_${number}`, "done");
      await oneOfEach(inbox);

      const args = ["dashboard", "--redis", server.url, "--port", "0", "--write", "--token", TOKEN];
      const running = await start(args, { program: program() });
      await running.out(/http:\/\/127\.0\.0\.1:\d+\//);
      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(running.stdout())?.[0] ?? "";
      const { page } = await open(url, { httpCredentials: { username: "any", password: TOKEN } });
      const rows = page.locator(".list li");
      await rows.first().waitFor();
      const { done, dead, waiting, running: claimed, unmatched } = await inbox.counts();
      const total = done + dead + waiting + claimed + unmatched;
      await expect.poll(() => rows.first().getAttribute("aria-setsize")).toBe(String(total));
      expect(await page.title()).toBe("Events · earshot redis");

      await page.getByRole("searchbox").fill("done_17");
      await expect.poll(() => rows.count()).toBe(1);
      await rows.first().click();
      await page.getByRole("tab", { name: "Timeline" }).waitFor();
      await page.getByRole("searchbox").fill("");

      await page.goto(`${url}#/status/dead/log_dead`);
      await page.getByText("Dead-lettered", { exact: true }).waitFor();
      await screenshot(page, "inbox-redis-dead");
      await page.getByRole("button", { name: "Replay" }).first().click();
      await page.getByText("Replayed: a listener of this inbox runs it again.").waitFor();
      expect(await inbox.counts()).toMatchObject({ dead: 0, waiting: waiting + 1 });

      await page.goto(`${url}#/events/done_3`);
      await page.getByRole("button", { name: "Drop" }).click();
      await expect.poll(async () => (await inbox.counts()).done).toBe(done - 1);

      await page.goto(`${url}#/events`);
      await put(inbox, "brand_new", "waiting");
      await page.getByText("brand_new").first().waitFor();
      expect(await page.evaluate("window.violations")).toEqual([]);
      await page.goto("about:blank");
      running.child.kill("SIGINT");
      expect((await running.ended).code).toBe(0);
    });
  },
);
