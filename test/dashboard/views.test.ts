import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { browserSetup, hasChromium, screenshot } from "./browser.js";
import { seed } from "./seed.js";

const axeFile = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const views = ["events", "triggers", "fire", "agents", "deliveries", "listeners", "dead"] as const;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

describe.skipIf(!hasChromium)("every view of the dashboard (needs chromium)", () => {
  const { platform: start, open } = browserSetup();

  for (const scheme of ["light", "dark"] as const) {
    test(`no view has an accessibility violation (axe), in the ${scheme} theme`, async () => {
      const platform = await start();
      const { trigger, event } = await seed(platform);
      // The policy of the page blocks axe, so this test bypasses it.
      const { page } = await open(platform.url, { colorScheme: scheme, bypassCSP: true });
      for (const view of [...views, `events/${event}`, `triggers/${trigger}`, `fire/${trigger}`]) {
        await page.goto(`${platform.url}/#/${view}`);
        await page.getByRole("heading", { level: 1 }).waitFor();
        if (view.startsWith("deliveries")) await page.locator(".attempt summary").first().click();
        if (view.startsWith("fire/")) await page.getByRole("button", { name: "Fire", exact: true }).waitFor();
        if (view.startsWith("triggers/"))
          await page.getByRole("button", { name: "Enable", exact: true }).waitFor();
        if (view.startsWith("events")) await page.locator(".list li").first().waitFor();
        await screenshot(page, `${view.replace(/\/.*/, "-one")}-${scheme}`);
        await page.addScriptTag({ path: axeFile });
        const violations = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: readonly Violation[]; passes: readonly unknown[] }> };
          };
          const result = await axe.run();
          return [result.passes.length, result.violations] as const;
        });
        expect(violations[0], view).toBeGreaterThan(10);
        const found = violations[1].map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .slice(0, 3)
              .map(({ html }) => html)
              .join(" ")}`,
        );
        expect(found, view).toEqual([]);
      }
    }, 180_000);
  }

  test("the theme is the system's until one is selected, and the selection survives a reload", async () => {
    const platform = await start();
    const { page } = await open(platform.url, { colorScheme: "dark" });
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await ground()).toBe("rgb(15, 18, 23)");
    await page.getByLabel("Theme").selectOption("light");
    expect(await ground()).toBe("rgb(246, 247, 249)");
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await ground()).toBe("rgb(246, 247, 249)");
  });

  test("the keyboard is enough to select, read and close an event", async () => {
    const platform = await start();
    await seed(platform);
    const { page } = await open(platform.url);
    await page.locator(".list li").first().waitFor();
    await page.locator(".list").focus();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("tab", { name: "Timeline" }).waitFor();
    const first = page.url();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.url()).not.toBe(first);
    await page.getByRole("link", { name: "Close the event" }).press("Enter");
    await page.getByRole("tab", { name: "Timeline" }).waitFor({ state: "detached" });
  });

  test("markup and scripts in a payload are shown as text", async () => {
    const platform = await start();
    const { trigger } = await seed(platform);
    const markup = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    const fired = await platform.fire(trigger, { data: { starred_by: markup, [markup]: markup } });
    const { page } = await open(`${platform.url}/#/events/${fired.logIds[0]}`);
    await page.getByText(JSON.stringify(markup)).first().waitFor();
    expect(await page.locator("main img, main script").count()).toBe(0);
    expect(await page.title()).toBe("Events · earshot dev");
  });
});
