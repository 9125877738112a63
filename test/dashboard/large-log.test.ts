import { describe, expect, test } from "vitest";
import { browserSetup, control, hasChromium } from "./browser.js";
import { pageStopwatch, tookMs } from "./page-work.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
/** What a log holds by default is 50,000. */
const MANY = Number(process.env.LOG_EVENTS ?? 5_000);
const count = MANY.toLocaleString("en");

describe.skipIf(!hasChromium)(`${count} events in the log (needs chromium)`, () => {
  const { platform: start, open } = browserSetup();

  test(`the page scrolls and filters fast, and ${count} more do not grow the memory of the platform`, async () => {
    const platform = await start({ maxEvents: MANY });
    await control(platform, "POST", "instances", { name: STAR, config: { owner: "acme", repo: "site" } });
    await control(platform, "POST", "fire", { name: STAR, data: { starred_by: "hubot" }, count: MANY });
    const atFullMb = process.memoryUsage().heapUsed / 1e6;

    const { page } = await open(platform.url);
    await page
      .getByRole("status")
      .filter({ hasText: `${count} events` })
      .first()
      .waitFor();
    const list = page.locator(".list");
    expect(await list.locator("li").count(), "only visible rows are in the document").toBeLessThan(80);

    // Through the whole list in 100 steps, each drawn before the next.
    const scrolling = await (await pageStopwatch(page)).start();
    const frameMs: number[] = await page.evaluate(`(async () => {
      const list = document.querySelector(".list");
      const took = [];
      for (let step = 1; step <= 100; step += 1) {
        const began = performance.now();
        list.scrollTop = (list.scrollHeight / 100) * step;
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        took.push(performance.now() - began);
      }
      return took;
    })()`);
    const stepMs = tookMs(await scrolling()) / frameMs.length;
    const sorted = [...frameMs].sort((a, b) => a - b);
    const [middleMs = 0, slowMs = 0] = [sorted[50], sorted[94]];
    await expect.poll(() => list.locator("li").last().getAttribute("aria-posinset")).toBe(String(MANY));

    const last = platform.events(1)[0]?.event.logId ?? "";
    const began = performance.now();
    await page.getByRole("searchbox").fill(last);
    await page
      .getByRole("status")
      .filter({ hasText: /^1 event$/ })
      .waitFor();
    const filterMs = performance.now() - began;
    await page.getByRole("searchbox").fill("");

    await control(platform, "POST", "fire", { name: STAR, data: { starred_by: "hubot" }, count: MANY });
    await page
      .getByText(platform.events(1)[0]?.event.logId ?? "")
      .waitFor({ state: "attached" })
      .catch(async () => {
        await list.evaluate((element) => element.scrollTo(0, 0));
        await page.getByText(platform.events(1)[0]?.event.logId ?? "").waitFor();
      });
    const afterMb = process.memoryUsage().heapUsed / 1e6;
    process.stdout.write(
      `${count} events: a scroll step takes ${stepMs.toFixed(1)} ms of a processor, ${middleMs.toFixed(1)} ms in the middle, ${slowMs.toFixed(1)} ms at p95; filter ${filterMs.toFixed(0)} ms; heap ${atFullMb.toFixed(0)} MB, after ${count} more ${afterMb.toFixed(0)} MB\n`,
    );
    expect(stepMs).toBeLessThan(60);
    expect(filterMs).toBeLessThan(3_000);
    expect(platform.events(MANY * 2)).toHaveLength(MANY);
    // Were the older half still in memory, it would have doubled.
    expect(afterMb).toBeLessThan(atFullMb * 1.5 + 60);
  }, 240_000);
});
