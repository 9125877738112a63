import { describe, expect, test } from "vitest";
import { control } from "../dev/rest/fixture.js";
import { agent, STAR } from "./agent.js";
import { browserSetup, hasChromium, screenshot } from "./browser.js";

describe.skipIf(!hasChromium)("triggers and listeners in the dashboard (needs chromium)", () => {
  const { platform: start, open } = browserSetup();

  test("the catalog is searched; an enabled trigger is disabled, enabled again and deleted", async () => {
    const platform = await start();
    const { received, toolset } = await agent(platform);
    const { page } = await open(`${platform.url}/#/triggers`);
    const found = page.locator(".picks li");
    await expect.poll(() => found.count()).toBeGreaterThan(40);
    await page.getByRole("searchbox").fill("STAR github");
    await expect.poll(() => found.count()).toBeLessThan(5);
    for (const text of await found.allTextContents()) expect(text).toMatch(/GitHub/);
    await page.getByRole("searchbox").fill("nothing like it");
    await page.getByText("No matching triggers").waitFor();
    await page.getByRole("searchbox").fill("");

    const id = (await toolset.activeTriggers())[0]?.id ?? "";
    const toggle = page.getByRole("switch");
    expect(await toggle.getAttribute("aria-checked")).toBe("true");
    await toggle.click();
    await expect.poll(() => toggle.getAttribute("aria-checked")).toBe("false");
    expect(await toolset.activeTriggers()).toEqual([]);
    await expect(platform.fire(STAR)).rejects.toThrow(/is disabled/);
    await toggle.click();
    await expect.poll(() => toggle.getAttribute("aria-checked")).toBe("true");
    await platform.fire(STAR);
    await expect.poll(() => received.map(({ triggerId }) => triggerId)).toEqual([id]);
    await page.getByRole("button", { name: /^Delete / }).click();
    await page.getByText("No triggers are enabled").waitFor();
    await expect(platform.fire(STAR)).rejects.toThrow(/not enabled/);
  });

  test("a trigger that another client enables or disables shows without a reload", async () => {
    const platform = await start();
    const { page } = await open(`${platform.url}/#/triggers`);
    await page.getByText("No triggers are enabled").waitFor();
    const { toolset } = await agent(platform);
    await page.getByRole("switch").waitFor();
    const [trigger] = await toolset.activeTriggers();
    await toolset.disableTrigger(trigger?.id ?? "");
    await expect.poll(() => page.getByRole("switch").getAttribute("aria-checked")).toBe("false");
    expect(await page.getByText("Disabled by the platform").count()).toBe(0);
    await page.getByRole("switch").click();
    await expect.poll(() => page.getByRole("switch").getAttribute("aria-checked")).toBe("true");
    const [account] = await toolset.connectedAccounts({ appNames: "github" });
    await control(platform, "PATCH", `/accounts/${account?.id}`, { status: "EXPIRED" });
    await page.getByText(/^Disabled by the platform: its account expired/).waitFor();
  });

  test("listeners show their filters and health; the charts show throughput and latency", async () => {
    const platform = await start();
    const permissions = ["clipboard-read", "clipboard-write"];
    const { page } = await open(`${platform.url}/#/listeners`, { permissions });
    // Without a listener, the view says how to start one.
    await page.getByText("No listener has reported yet").waitFor();
    await page
      .getByRole("region", { name: "Listeners", exact: true })
      .getByRole("button", { name: "Copy" })
      .click();
    await expect
      .poll(() => page.evaluate<string>("navigator.clipboard.readText()"))
      .toBe(`export COMPOSIO_BASE_URL=${platform.url}\nexport COMPOSIO_API_KEY=local\nearshot listen`);
    const { listener, received } = await agent(platform);
    listener.callback({ appName: "slack" }, function onSlack() {});
    const of = (title: string) => page.locator(".chart").filter({ hasText: title });
    const bars = (title: string) => of(title).locator("rect:not(.base)").count();
    for (let count = 0; count < 20; count += 1) await platform.fire(STAR);
    await expect.poll(() => received.length).toBe(20);
    const card = page.getByRole("region", { name: "Listeners", exact: true });
    await card.getByText(`Process ${process.pid}`).waitFor();
    await card.getByText("healthy", { exact: true }).waitFor();
    await expect
      .poll(() => card.locator(".chips code").allTextContents(), { timeout: 10_000 })
      .toEqual([expect.stringContaining(STAR), expect.stringMatching(/slack/i)]);
    await card.getByText("20 done").waitFor();
    const socket = page.getByRole("region", { name: "Connections" });
    await socket.getByText("20 events sent").waitFor();
    for (const title of ["Fired per second", "Done per second", "Fired to done"]) {
      await expect.poll(() => bars(title), { message: title, timeout: 10_000 }).toBeGreaterThan(0);
      const label = await of(title).getByRole("img").getAttribute("aria-label");
      expect(label).toMatch(/maximum <?\d/);
    }
    await screenshot(page, "listeners-busy");
    await listener.stop();
    await socket.getByText("No WebSocket is connected").waitFor();
    await card.getByText("offline", { exact: true }).waitFor({ timeout: 20_000 });
  }, 90_000);
});
