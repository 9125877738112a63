import { describe, expect, test } from "vitest";
import { agent, STAR } from "./agent.js";
import { browserSetup, foreignUrls, hasChromium, screenshot } from "./browser.js";
import { seed } from "./seed.js";

describe.skipIf(!hasChromium)("the page of the dashboard (needs chromium)", () => {
  const { platform: start, open } = browserSetup();

  test("every request of every view goes to the platform, and none violates the Content-Security-Policy", async () => {
    const platform = await start();
    const { trigger, event } = await seed(platform);
    const { page, requested, errors } = await open(platform.url);
    const violations = () => page.evaluate("window.violations") as Promise<string[]>;
    const views = ["events", "triggers", "fire", "agents", "deliveries", "listeners", "dead"];
    for (const view of [...views, `events/${event}`, `triggers/${trigger}`, `fire/${trigger}`]) {
      await page.goto(`${platform.url}/#/${view}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.getByText("Loading…").first().waitFor({ state: "detached" });
    }
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "1 event fired" }).waitFor();
    expect(requested.length).toBeGreaterThan(15);
    expect(foreignUrls(requested, platform.url)).toEqual([]);
    expect(await violations()).toEqual([]);
    expect(errors).toEqual([]);

    // This can fail: requests to other hosts and inline scripts are blocked and reported.
    await page.evaluate(`new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", () => window.violations.length >= 3 && resolve());
      new Image().src = "http://127.0.0.2:9/pixel.png";
      fetch("http://127.0.0.2:9/").catch(() => {});
      const script = document.createElement("script");
      script.textContent = "document.title = 'owned'";
      document.body.append(script);
    })`);
    expect(await violations()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^img-src/), expect.stringMatching(/^connect-src/)]),
    );
    expect(await page.title()).toBe("Fire · earshot dev");
    expect(errors.splice(0).join("\n")).toMatch(/Content Security Policy/);
    requested.splice(0);
  });

  test("the keyboard is enough from an empty log to a fired event", async () => {
    const platform = await start();
    const { received } = await agent(platform, {}, false);
    const { page } = await open(platform.url);
    const press = (key: string) => page.keyboard.press(key);
    const focused = () =>
      page.evaluate(
        "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()",
      ) as Promise<string>;
    /** Presses Tab until the focused element matches. */
    const to = async (wanted: RegExp, most = 90) => {
      for (let count = 0; count < most; count += 1) {
        await press("Tab");
        if (wanted.test(await focused())) return;
      }
      throw new Error(`not focused after ${most} Tabs: ${wanted}`);
    };
    const typed = async (label: RegExp, text: string) => {
      const field = page.getByLabel(label);
      await field.waitFor();
      for (let count = 0; count < 90; count += 1) {
        if (await field.evaluate((element) => element.matches(":focus"))) {
          await press("ControlOrMeta+a");
          return page.keyboard.type(text);
        }
        await press("Tab");
      }
      throw new Error(`never focused: ${label}`);
    };
    await page.getByRole("heading", { name: "No events yet" }).waitFor();
    await screenshot(page, "start");
    await to(/^Skip to content$/);
    expect(await page.getByText("Skip to content").boundingBox(), "it is visible").toMatchObject({
      x: expect.closeTo(16, -1),
    });
    await press("Enter");
    await to(/^Choose one$/, 3);
    await press("Enter");
    await page.getByRole("heading", { name: "Catalog" }).waitFor();
    await typed(/^Search \d+ triggers/, "star added");
    await to(/^Star added/);
    // The focus is visible.
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    await press("Enter");
    await typed(/^Owner/, "acme");
    await typed(/^Repo/, "site");
    await press("Enter");
    await page.getByRole("status").filter({ hasText: "is enabled" }).waitFor();
    await to(/^Fire$/);
    await press("Enter");
    await to(/^Form$/);
    await press("Enter");
    await typed(/^Starred By/, "keyboard");
    await to(/^Fire$/);
    await press("Enter");
    await page.getByRole("status").filter({ hasText: "1 event fired" }).waitFor();
    await expect.poll(() => received.map(({ triggerName }) => triggerName)).toEqual([STAR]);
    expect(received[0]?.payload).toMatchObject({ starred_by: "keyboard" });
    await to(/^log_/);
    await press("Enter");
    await page.getByText("Event done").waitFor();
    expect(page.url()).toContain(received[0]?.id);
  });
});
