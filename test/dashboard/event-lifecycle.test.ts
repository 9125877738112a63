import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { openInbox, Toolset } from "../../src/index.js";
import { browserSetup, hasChromium, screenshot } from "./browser.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";

describe.skipIf(!hasChromium)("the lifecycle of an event in the dashboard (needs chromium)", () => {
  const { platform: start, open } = browserSetup();

  test("the timeline shows an event fired, stored and done; dead-lettered, replayed and done; backfilled after a dropped WebSocket", async () => {
    const directory = await mkdtemp(join(tmpdir(), "life-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const path = join(directory, "events.db");
    // The listener and the platform open the same file.
    const shown = await openInbox(sqliteInbox({ path }));
    onTestFinished(() => shown.close());
    const platform = await start({ inbox: shown });
    const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
    const listener = toolset.createTriggerListener({
      inbox: sqliteInbox({ path }),
      retry: { attempts: 3, baseMs: 50, capMs: 100 },
    });
    onTestFinished(() => listener.stop());
    let broken = false;
    listener.callback(STAR, function onStar() {
      if (broken) throw new Error("The database is down");
    });
    listener.on("callback.failed", () => undefined);
    listener.on("event.dead-lettered", () => undefined);
    await listener.start();

    const { page } = await open(`${platform.url}/#/triggers`);
    await page.getByRole("searchbox").fill("star added");
    await page
      .getByRole("link", { name: /Star added/i })
      .first()
      .click();
    const form = page.getByRole("region", { name: "Selected trigger" });
    await form.getByLabel(/^Repo/).fill("site");
    await form.getByRole("button", { name: "Enable" }).click();
    // Only the missing required field is marked.
    await form.getByRole("alert").filter({ hasText: "is required" }).waitFor();
    expect(await form.locator(".field.wrong label").allTextContents()).toEqual([
      expect.stringMatching(/^Owner/),
    ]);
    await screenshot(page, "triggers-missing");
    await form.getByLabel(/^Owner/).fill("acme");
    await form.getByRole("button", { name: "Enable" }).click();
    await form.getByRole("status").filter({ hasText: "is enabled" }).waitFor();

    const fireOne = async () => {
      await page.goto(`${platform.url}/#/fire/${STAR}`);
      await page.getByRole("button", { name: "Fire", exact: true }).click();
      await page.getByRole("status").filter({ hasText: "1 event fired" }).waitFor();
      const [line] = platform.events(1);
      await page.goto(`${platform.url}/#/events/${line?.event.logId}/timeline`);
      return line?.event.logId ?? "";
    };
    const timeline = page.locator(".timeline");
    await fireOne();
    await timeline.getByText("Event done").waitFor();
    const steps = await timeline.locator("strong").allTextContents();
    expect(steps[0]).toBe("Fired");
    expect(steps).toEqual(expect.arrayContaining(["Stored, from websocket", "onStar done, attempt 1"]));
    await screenshot(page, "event-done");

    broken = true;
    const dead = await fireOne();
    await timeline.getByText("Event dead-lettered").waitFor();
    await timeline.getByText("onStar failed, attempt 3").waitFor();
    await screenshot(page, "event-dead");
    broken = false;
    await page.goto(`${platform.url}/#/dead`);
    await page.getByText("The database is down").first().waitFor();
    await screenshot(page, "dead-letters");
    await page.getByRole("button", { name: `Replay ${dead}` }).click();
    await page.getByText("1 event replayed").waitFor();
    await page.goto(`${platform.url}/#/events/${dead}/timeline`);
    await timeline.getByText("Event done").waitFor();

    // The WebSocket is dropped, and an event fired before the reconnect comes from the log.
    await page.goto(`${platform.url}/#/deliveries`);
    platform.faults.calls.add({ path: "/app", status: 503, times: 1 });
    await page.getByRole("button", { name: "Drop all WebSockets" }).click();
    await page.getByText("Drop all WebSockets: done.").waitFor();
    await expect.poll(() => platform.connections().length, { timeout: 20_000 }).toBe(0);
    const missed = await platform.fire(STAR);
    await page.goto(`${platform.url}/#/events/${missed.logIds[0]}/timeline`);
    await timeline.getByText("Stored, from backfill").waitFor();
    await timeline.getByText("Event done").waitFor();
    await screenshot(page, "event-backfilled");
    await page.goto(`${platform.url}/#/listeners`);
    await page.getByText("healthy", { exact: true }).waitFor();
    await screenshot(page, "listeners");
  }, 240_000);
});
