import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { browserSetup, hasChromium } from "./browser.js";
import { entryOf, seededInbox, servedInbox, TOKEN } from "./inbox-seed.js";
import { type Picture, picture, saveSheet, schemes, viewportOf, widths } from "./pictures.js";
import { seed } from "./seed.js";

/** The location of a view, what is there once it is drawn, and what to do before its picture. */
type View = readonly [name: string, hash: string, drawn: string, act?: (page: Page) => Promise<unknown>];

describe.skipIf(!hasChromium)("every view at 360, 1,280 and 2,560 px (needs chromium)", () => {
  const { platform: start, directory, open } = browserSetup();

  async function lookAt(url: string, views: readonly View[], options: BrowserContextOptions = {}) {
    const pictures = new Map<string, Picture[]>();
    let page: Page | undefined;
    // The width does not depend on the theme: the dark one is for pictures.
    const shown = process.env.DASHBOARD_PICTURES === undefined ? (["light"] as const) : schemes;
    for (const colorScheme of shown)
      for (const width of widths) {
        ({ page } = await open(url, { ...options, colorScheme, viewport: viewportOf(width) }));
        for (const [name, hash, drawn, act] of views) {
          await page.goto(`${url}/#/${hash}`);
          await page.locator(drawn).first().waitFor();
          await act?.(page);
          const found = pictures.get(name) ?? [];
          pictures.set(name, [...found, ...(await picture(page, width, colorScheme))]);
          const widest = await page.evaluate("document.documentElement.scrollWidth");
          expect(widest, `${name} at ${width} px`).toBeLessThanOrEqual(width);
        }
      }
    for (const [name, found] of pictures) await saveSheet(page?.context().browser() ?? null, name, found);
  }

  test("of the local platform: none is wider than the window", async () => {
    const platform = await start();
    await lookAt(platform.url, [["start", "events", ".start"]]);
    const { trigger, event } = await seed(platform, process.env.DASHBOARD_PICTURES === undefined ? 0 : 8);
    await lookAt(platform.url, [
      ["events", "events", ".list li"],
      ["event-payload", `events/${event}/payload`, ".json-box"],
      ["event-timeline", `events/${event}/timeline`, ".waterfall, .tab-panel"],
      ["event-request", `events/${event}/request`, ".attempt"],
      ["event-attempts", `events/${event}/attempts`, ".attempts-list, .tab-panel"],
      ["triggers", "triggers", "main .card"],
      ["trigger", `triggers/${trigger}`, "form"],
      ["fire", `fire/${trigger}`, ".cm-line"],
      [
        "fire-form",
        `fire/${trigger}`,
        ".cm-line",
        (page) => page.getByRole("button", { name: "Form", exact: true }).click(),
      ],
      ["agents", "agents", "main .card"],
      [
        "deliveries",
        "deliveries",
        ".attempt summary",
        (page) => page.locator(".attempt summary").first().click(),
      ],
      ["listeners", "listeners", ".chart"],
      ["dead-letters", "dead", "main .card"],
      [
        "palette",
        "events",
        ".list li",
        async (page) => {
          await page.keyboard.press("Control+k");
          await page.getByRole("dialog").waitFor();
        },
      ],
    ]);
  }, 600_000);

  test("of an inbox: none is wider than the window", async () => {
    const httpCredentials = { username: "any", password: TOKEN };
    const options = { directory: directory(), readOnly: false };
    const inbox = await seededInbox(400);
    const url = await servedInbox(inbox, options);
    let stored = 1_000;
    /** What comes in while the charts are looked at. */
    const storeSome = async (page: Page) => {
      for (let count = 0; count < 12; count += 1) {
        stored += 1;
        await inbox.store(entryOf(stored, Date.now()), false);
      }
      await page.locator(".chart:first-child rect:not(.base)").first().waitFor();
    };
    const dead = "status/dead/evt_396";
    await lookAt(
      url,
      [
        ["inbox-events", "events", ".list li"],
        ["inbox-payload", "events/evt_390/payload", ".json-box"],
        ["inbox-timeline", `${dead}/timeline`, ".tab-panel"],
        ["inbox-request", `${dead}/request`, ".tab-panel pre"],
        ["inbox-attempts", `${dead}/attempts`, ".attempts-list"],
        ["inbox-dead-letters", "dead", ".dead-group"],
        ["inbox-health", "listeners", ".chart", storeSome],
      ],
      { httpCredentials },
    );
    const empty = await servedInbox(await seededInbox(0), options);
    await lookAt(empty, [["inbox-start", "events", ".empty"]], { httpCredentials });
  }, 600_000);
});
