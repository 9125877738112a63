import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { agent, STAR } from "./agent.js";
import { browserSetup, control, hasChromium } from "./browser.js";
import { entryOf, seededInbox, servedInbox, TOKEN } from "./inbox-seed.js";
import { pageStopwatch } from "./page-work.js";

const RATE = 50;
/** `npm run test:dashboard` has a minute, a full log and a large inbox. */
const SECONDS = Number(process.env.LIVE_SECONDS ?? 3);
const LOG = Number(process.env.LOG_EVENTS ?? 2_000);
const RECORDS = Number(process.env.LIVE_RECORDS ?? 1_500);

/** From now on, the page notes the gaps between its frames, and what blocked its main thread. */
async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    window.frames_ = { gapsMs: [], blockedMs: [] };
    new PerformanceObserver((list) => {
      for (const { blockingDuration } of list.getEntries()) window.frames_.blockedMs.push(blockingDuration);
    }).observe({ type: "long-animation-frame" });
    let last = performance.now();
    const next = (now) => {
      window.frames_.gapsMs.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  })()`);
}

interface Frames {
  readonly gapsMs: readonly number[];
  /** Of each frame that took longer than 50 ms: how long input had to wait. */
  readonly blockedMs: readonly number[];
}

/**
 * @param workedMs of the page's main thread, in all
 * @param passedMs since the first event
 */
async function report(page: Page, name: string, workedMs: number, passedMs: number): Promise<void> {
  const { gapsMs, blockedMs } = (await page.evaluate("window.frames_")) as Frames;
  const sorted = [...gapsMs].sort((a, b) => a - b);
  const p95Ms = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  const share = workedMs / passedMs;
  const longest = Math.max(0, ...blockedMs);
  process.stdout.write(
    `${name}, ${RATE} events/s for ${SECONDS} s: ${gapsMs.length} frames, ${p95Ms.toFixed(1)} ms between two at p95; ${blockedMs.length} long frames, input blocked for ${longest.toFixed(0)} ms at most; main thread at work ${(share * 100).toFixed(0)} % of the time\n`,
  );
  expect(gapsMs.length, "the page draws").toBeGreaterThan(SECONDS);
  // Of processor time, so that it holds on a busy machine: the rest is free for frames and input.
  expect(share).toBeLessThan(0.5);
}

describe.skipIf(!hasChromium)(`${RATE} events a second (needs chromium)`, () => {
  const { platform: start, directory, open } = browserSetup();

  test(
    "of the local platform: the list shows each without a reload, and the page stays free for input",
    async () => {
      const platform = await start({ maxEvents: 50_000 });
      await control(platform, "POST", "instances", { name: STAR, config: { owner: "acme", repo: "site" } });
      await control(platform, "POST", "fire", { name: STAR, data: { starred_by: "hubot" }, count: LOG });
      const { received } = await agent(platform, {}, false);
      const { page } = await open(platform.url);
      await page.locator(".list li").first().waitFor();
      const { mainThreadMs } = await pageStopwatch(page);
      await watchFrames(page);
      const before = await mainThreadMs();
      const began = performance.now();
      const count = RATE * SECONDS;
      await control(platform, "POST", "fire", {
        ...{ name: STAR, data: { starred_by: "ada" }, count, rate: RATE },
      });
      await expect.poll(() => received.length, { timeout: 30_000 }).toBe(count);
      await expect
        .poll(() => page.locator(".list li").first().getAttribute("aria-setsize"), { timeout: 30_000 })
        .toBe(String(LOG + count));
      await expect.poll(() => page.locator(".list li .badge").first().textContent()).toBe("done");
      await report(
        page,
        `${LOG.toLocaleString("en")} events in the log`,
        (await mainThreadMs()) - before,
        performance.now() - began,
      );
    },
    (SECONDS + 240) * 1_000,
  );

  test(
    "of an inbox: the list shows each without a reload, and what is being read stays where it is",
    async () => {
      const inbox = await seededInbox(RECORDS);
      const url = await servedInbox(inbox, { directory: directory() });
      const { page } = await open(url, { httpCredentials: { username: "any", password: TOKEN } });
      const rows = page.locator(".list li");
      await rows.first().waitFor();
      const { mainThreadMs } = await pageStopwatch(page);
      await watchFrames(page);
      const before = await mainThreadMs();
      const began = performance.now();
      const count = RATE * SECONDS;
      for (let number = 0; number < count; number += 1) {
        await inbox.store(entryOf(RECORDS + number, Date.now()), false);
        const waitMs = began + ((number + 1) * 1_000) / RATE - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      await page
        .getByText(`evt_${RECORDS + count - 1}`, { exact: true })
        .first()
        .waitFor();
      await report(
        page,
        `${RECORDS.toLocaleString("en")} records in the inbox`,
        (await mainThreadMs()) - before,
        performance.now() - began,
      );

      await page.locator(".list").evaluate((list) => list.scrollTo(0, 46 * 30));
      const read = page.locator(".list li", { hasText: `evt_${RECORDS + count - 31}` }).first();
      const placeOf = async () => (await read.boundingBox())?.y ?? 0;
      await read.waitFor();
      const place = await placeOf();
      for (let number = 0; number < 20; number += 1)
        await inbox.store(entryOf(RECORDS + count + number, Date.now()), false);
      await page
        .getByRole("navigation")
        .getByText((RECORDS + count + 20).toLocaleString("en"))
        .first()
        .waitFor();
      await expect.poll(() => read.getAttribute("aria-posinset")).toBe("51");
      expect(Math.abs((await placeOf()) - place)).toBeLessThan(2);
    },
    (SECONDS + 600) * 1_000,
  );
});
