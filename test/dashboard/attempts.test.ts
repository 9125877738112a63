import { describe, expect, test } from "vitest";
import { agent, STAR } from "./agent.js";
import { browserSetup, hasChromium } from "./browser.js";
import { askModel } from "./seed.js";

/** Not the name itself, which is for debugging only. */
const { console: output } = globalThis;

describe.skipIf(!hasChromium)("attempts and the timeline of an event (needs chromium)", () => {
  const { platform: start, open } = browserSetup();

  test("what listeners dead-letter is grouped by error, selected, exported and sent again", async () => {
    const platform = await start({ webhookRetry: { attempts: 1, baseMs: 10, capMs: 20 } });
    const { listener, ids } = await agent(platform, { retry: { attempts: 1 } });
    for (const type of ["callback.failed", "event.dead-lettered"] as const)
      listener.on(type, () => undefined);
    let isBroken = true;
    listener.callback(STAR, function answer() {
      if (isBroken) throw new Error("The channel is archived");
    });
    const fired = [await platform.fire(STAR), await platform.fire(STAR)].flatMap(({ logIds }) => logIds);
    const { page } = await open(`${platform.url}/#/dead`);
    const region = page.getByRole("region", { name: "Dead-lettered by listeners" });
    const group = region.locator(".dead-group");
    await expect.poll(() => group.locator(".dead-head .badge").allTextContents()).toEqual(["2"]);
    await group.getByText("The channel is archived").waitFor();
    expect(await group.getByRole("img").getAttribute("aria-label")).toMatch(/^2 events from /);
    await group.getByLabel(`Select ${fired[0]}`).check();
    const download = page.waitForEvent("download");
    await region.getByRole("button", { name: "Export selected" }).click();
    expect((await download).suggestedFilename()).toBe("dead-letters.jsonl");
    isBroken = false;
    await region.getByLabel("Select all").check();
    await region.getByRole("button", { name: "Resend selected" }).click();
    await page.getByText("2 events sent again, each as a new event.").waitFor();
    await expect.poll(() => ids().length).toBe(4);
  });

  test("each attempt has its error, its stack and what it logged; the timeline has tool calls and model time", async () => {
    const platform = await start();
    const { toolset, listener } = await agent(platform, { retry: { attempts: 2, baseMs: 20, capMs: 40 } });
    for (const type of ["callback.failed", "event.dead-lettered"] as const)
      listener.on(type, () => undefined);
    let attempts = 0;
    listener.callback(STAR, async function answer(event) {
      attempts += 1;
      output.info("attempt %d for %s", attempts, event.payload.starred_by);
      const text = await askModel(platform, "Say thank you");
      await toolset.executeAction("SLACK_SEND_MESSAGE", { channel: "general", text });
      output.warn({ sent: text.length > 0 });
      if (attempts === 1) throw new Error("The channel is archived");
    });
    const { logIds } = await platform.fire(STAR, { data: { starred_by: "ada" } });
    const { page } = await open(`${platform.url}/#/events/${logIds[0]}/attempts`);
    const rows = page.locator(".attempts-list > li").filter({ hasText: "answer" });
    await expect.poll(() => rows.count()).toBe(2);
    const failed = rows.filter({ hasText: "The channel is archived" });
    await failed.locator("summary").filter({ hasText: "of stack" }).click();
    await expect.poll(() => failed.getByLabel("Stack").textContent()).toContain("attempts.test.ts");
    const linesOf = (row: typeof rows) => row.getByLabel("Logged").locator(".log-text").allTextContents();
    expect(await linesOf(failed)).toEqual(["attempt 1 for ada", "{ sent: true }"]);
    const done = rows.filter({ hasNotText: "The channel is archived" });
    expect(await linesOf(done)).toEqual(["attempt 2 for ada", "{ sent: true }"]);
    expect(await done.getByLabel("Logged").locator(".badge").allTextContents()).toEqual(["info", "warn"]);
    // The callback beside it logged nothing.
    const quiet = page.locator(".attempts-list > li").filter({ hasText: "onStar" });
    expect(await quiet.getByLabel("Logged").count()).toBe(0);

    await page.getByRole("tab", { name: "Timeline" }).click();
    const bars = page.locator(".timeline li");
    await expect.poll(() => bars.filter({ hasText: "model time" }).count()).toBe(2);
    await expect.poll(() => bars.filter({ hasText: "tool call of slack" }).count()).toBe(2);
    const model = bars.filter({ hasText: "model time" }).first();
    expect(await model.textContent()).toContain("Model gpt-5");
    expect((await model.locator(".span-bar").boundingBox())?.width).toBeGreaterThan(0);

    await page.goto(`${platform.url}/#/agents`);
    const requests = page.getByRole("region", { name: "Model requests" });
    await expect.poll(() => requests.locator(".runs > li").count()).toBe(2);
    await requests.locator("summary").first().click();
    await expect.poll(() => requests.getByLabel("Prompt").first().textContent()).toBe("Say thank you");
    const calls = page.getByRole("region", { name: "Tool calls" });
    await calls.locator("summary").first().click();
    await expect.poll(() => calls.getByLabel("Arguments").first().textContent()).toContain("general");
    const world = page.getByRole("region", { name: "Local world" });
    await expect.poll(() => world.locator(".message").count()).toBe(2);
  });
});
