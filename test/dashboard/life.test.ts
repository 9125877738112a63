import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { openInbox, Toolset } from "../../src/index.js";
import { hasChromium, picture, rig } from "./browser.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";

describe.skipIf(!hasChromium)("an event's life in the dashboard (needs chromium)", () => {
  const { platform: start, open } = rig();

  test("enabled through its form, fired, heard; failing, dead, mended, replayed, done; socket cut and caught up", async () => {
    const directory = await mkdtemp(join(tmpdir(), "life-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const path = join(directory, "events.db");
    // The listener makes the file; the platform is given the same one to look into.
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
    const form = page.getByRole("region", { name: "The chosen trigger" });
    await form.getByLabel(/^Repo/).fill("site");
    await form.getByRole("button", { name: "Enable" }).click();
    // The required field that is missing is marked, and it alone.
    await form.getByRole("alert").filter({ hasText: "is required" }).waitFor();
    expect(await form.locator(".field.wrong label").allTextContents()).toEqual([
      expect.stringMatching(/^Owner/),
    ]);
    await picture(page, "triggers-missing");
    await form.getByLabel(/^Owner/).fill("acme");
    await form.getByRole("button", { name: "Enable" }).click();
    await form.getByRole("status").filter({ hasText: "is enabled" }).waitFor();

    const fireOne = async () => {
      await page.goto(`${platform.url}/#/fire/${STAR}`);
      await page.getByRole("button", { name: "Fire", exact: true }).click();
      await page.getByRole("status").filter({ hasText: "1 event fired" }).waitFor();
      const [line] = platform.events(1);
      await page.goto(`${platform.url}/#/events/${line?.event.logId}`);
      return line?.event.logId ?? "";
    };
    const way = page.locator(".way");
    await fireOne();
    await way.getByText("Settled: done").waitFor();
    const steps = await way.locator("strong").allTextContents();
    expect(steps[0]).toBe("Fired");
    expect(steps).toEqual(expect.arrayContaining(["Kept, from websocket", "onStar done, attempt 1"]));
    await picture(page, "event-done");

    broken = true;
    const dead = await fireOne();
    await way.getByText("Settled: dead").waitFor();
    await way.getByText("onStar failed, attempt 3").waitFor();
    await picture(page, "event-dead");
    broken = false;
    await page.goto(`${platform.url}/#/dead`);
    await page.getByText("The database is down").first().waitFor();
    await picture(page, "dead-letters");
    await page.getByRole("button", { name: `Replay ${dead}` }).click();
    await page.getByText("1 event replayed").waitFor();
    await page.goto(`${platform.url}/#/events/${dead}`);
    await way.getByText("Settled: done").waitFor();

    // The socket is cut, and what fires before it is back comes out of the log.
    await page.goto(`${platform.url}/#/deliveries`);
    platform.faults.calls.add({ path: "/app", status: 503, times: 1 });
    await page.getByRole("button", { name: "Drop the sockets" }).click();
    await page.getByText("Drop the sockets: done.").waitFor();
    await expect.poll(() => platform.connections().length, { timeout: 20_000 }).toBe(0);
    const missed = await platform.fire(STAR);
    await page.goto(`${platform.url}/#/events/${missed.logIds[0]}`);
    await way.getByText("Kept, from backfill").waitFor();
    await way.getByText("Settled: done").waitFor();
    await picture(page, "event-caught-up");
    await page.goto(`${platform.url}/#/listeners`);
    await page.getByText("healthy", { exact: true }).waitFor();
    await picture(page, "listeners");
  }, 240_000);
});
