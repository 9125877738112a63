import { describe, expect, test } from "vitest";
import { agent, STAR } from "./agent.js";
import { hasChromium, picture, rig, strangers } from "./browser.js";
import { furnish } from "./furnish.js";

describe.skipIf(!hasChromium)("the dashboard's page and its surroundings (needs chromium)", () => {
  const { platform: start, open } = rig();

  test("over all views every request is the platform's, and the policy has nothing to refuse", async () => {
    const platform = await start();
    const { trigger, event } = await furnish(platform);
    const { page, asked, complaints } = await open(platform.url);
    const refused = () => page.evaluate("window.refused") as Promise<string[]>;
    const views = ["events", "triggers", "fire", "deliveries", "listeners", "dead"];
    for (const view of [...views, `events/${event}`, `triggers/${trigger}`, `fire/${trigger}`]) {
      await page.goto(`${platform.url}/#/${view}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.getByText("Loading…").first().waitFor({ state: "detached" });
    }
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "1 event fired" }).waitFor();
    expect(asked.length).toBeGreaterThan(15);
    expect(strangers(asked, platform.url)).toEqual([]);
    expect(await refused()).toEqual([]);
    expect(complaints).toEqual([]);

    // That this can fail: what would leave the machine, or be written into the page, is refused and noticed.
    await page.evaluate(`new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", () => window.refused.length >= 3 && resolve());
      new Image().src = "http://127.0.0.2:9/pixel.png";
      fetch("http://127.0.0.2:9/").catch(() => {});
      const script = document.createElement("script");
      script.textContent = "document.title = 'owned'";
      document.body.append(script);
    })`);
    expect(await refused()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^img-src/), expect.stringMatching(/^connect-src/)]),
    );
    expect(await page.title()).toBe("Fire · earshot dev");
    expect(complaints.splice(0).join("\n")).toMatch(/Content Security Policy/);
    asked.splice(0);
  });

  test("from nothing to a fired event, with the keyboard alone", async () => {
    const platform = await start();
    const { heard } = await agent(platform, {}, false);
    const { page } = await open(platform.url);
    const press = (key: string) => page.keyboard.press(key);
    const focused = () =>
      page.evaluate(
        "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()",
      ) as Promise<string>;
    /** Goes on with Tab until the focus is there. */
    const to = async (wanted: RegExp, most = 90) => {
      for (let count = 0; count < most; count += 1) {
        await press("Tab");
        if (wanted.test(await focused())) return;
      }
      throw new Error(`${most} times Tab, and never at ${wanted}`);
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
      throw new Error(`the focus never came to ${label}`);
    };
    await page.getByRole("heading", { name: "Nothing has fired yet" }).waitFor();
    await picture(page, "start");
    await to(/^Skip to the content$/);
    expect(await page.getByText("Skip to the content").boundingBox(), "it can be seen").toMatchObject({
      x: expect.closeTo(16, -1),
    });
    await press("Enter");
    await to(/^Choose one$/, 3);
    await press("Enter");
    await page.getByRole("heading", { name: "Catalog" }).waitFor();
    await typed(/^Search \d+ triggers/, "star added");
    await to(/^Star added/);
    // Where the focus is can be seen.
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    await press("Enter");
    await typed(/^Owner/, "acme");
    await typed(/^Repo/, "site");
    await press("Enter");
    await page.getByRole("status").filter({ hasText: "is enabled" }).waitFor();
    await to(/^Fire$/);
    await press("Enter");
    await typed(/^Starred By/, "keyboard");
    await to(/^Fire$/);
    await press("Enter");
    await page.getByRole("status").filter({ hasText: "1 event fired" }).waitFor();
    await expect.poll(() => heard.map(({ triggerName }) => triggerName)).toEqual([STAR]);
    expect(heard[0]?.payload).toMatchObject({ starred_by: "keyboard" });
    await to(/^log_/);
    await press("Enter");
    await page.getByText("Settled: done").waitFor();
    expect(page.url()).toContain(heard[0]?.id);
  });
});
