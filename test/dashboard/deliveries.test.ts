import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { webhookSignature } from "../../src/dev/webhooks/signature.js";
import { receiver } from "../dev/webhooks/receiver.js";
import { agent, STAR } from "./agent.js";
import { browserSetup, control, hasChromium, screenshot } from "./browser.js";

const webhookRetry = { attempts: 6, baseMs: 30, capMs: 60 };
const webhookOnly = { websocket: false, webhook: { port: 0 } } as const;

/** The statuses of an event's attempts, first to last, as the page shows them. */
function statuses(page: Page, logId: string): Promise<string[]> {
  const rows = page.locator(".attempt summary").filter({ hasText: logId });
  return rows
    .locator(".badge")
    .allTextContents()
    .then((texts) => texts.reverse());
}

describe.skipIf(!hasChromium)("deliveries and faults in the dashboard (needs chromium)", () => {
  const { platform: start, open } = browserSetup();

  test("each attempt shows its request, response and signature; Retry sends it again with the same id", async () => {
    const platform = await start({ webhookRetry });
    let status = 503;
    const target = await receiver((_request, response) => {
      response.writeHead(status, { "x-from": "the target" });
      response.end(status === 200 ? "thanks" : "not today");
      status = 200;
    });
    onTestFinished(() => target.close());
    await control(platform, "POST", "instances", { name: STAR, config: { owner: "acme", repo: "site" } });
    const { page } = await open(`${platform.url}/#/deliveries`);
    await page.getByLabel("URL on this machine").fill("not a url");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "is not a URL" }).waitFor();
    await page.getByLabel("URL on this machine").fill(target.url);
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page
      .getByRole("status")
      .filter({ hasText: `Webhooks are sent to ${target.url}` })
      .waitFor();
    const { logIds } = await platform.fire(STAR, { data: { starred_by: "ada" } });
    const logId = logIds[0] ?? "";
    await expect.poll(() => statuses(page, logId)).toEqual(["503", "200"]);

    const first = page.locator(".attempt").last();
    await first.locator("summary").click();
    const [got] = target.received;
    const request = (await first.getByLabel("Request", { exact: true }).textContent()) ?? "";
    expect(request).toContain(`POST ${target.url}`);
    expect(request.endsWith(`\n\n${got?.body}`), "the body, byte for byte").toBe(true);
    for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
      expect(request).toContain(`${name}: ${got?.headers[name]}`);
    }
    const answer = (await first.getByLabel("Response", { exact: true }).textContent()) ?? "";
    expect(answer).toMatch(/^503\n/);
    expect(answer).toContain("x-from: the target");
    expect(answer).toContain("not today");
    await first.getByText(/answered 503; next attempt at/).waitFor();
    // The shown signature was made with the shown secret.
    const shownSecret = page.locator(".secret code");
    expect(await shownSecret.textContent(), "masked at first").toMatch(/^•+$/);
    await page.getByRole("button", { name: "Reveal the secret" }).click();
    const secret = (await shownSecret.textContent()) ?? "";
    const signed = webhookSignature({
      messageId: String(got?.headers["webhook-id"]),
      timestampSeconds: Number(got?.headers["webhook-timestamp"]),
      body: got?.body ?? "",
      secret,
    });
    await first.getByText(signed, { exact: true }).waitFor();
    await screenshot(page, "attempt");

    await first.getByRole("button", { name: "Retry" }).click();
    await expect.poll(() => target.received.length).toBe(3);
    expect(new Set(target.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    await expect.poll(() => statuses(page, logId)).toEqual(["503", "200", "200"]);

    await page.getByLabel("URL on this machine").fill("");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByText("Webhooks are off.").waitFor();
    await platform.fire(STAR);
    await platform.idle();
    expect(target.received).toHaveLength(3);
  });

  test("every fault is set in the page and affects webhooks; the listener still runs each event once", async () => {
    const platform = await start({ webhookRetry });
    const { received, ids, toolset } = await agent(platform, webhookOnly);
    const { page } = await open(`${platform.url}/#/deliveries`);
    const fault = (name: string) => page.getByRole("button", { name, exact: true });
    const press = async (name: string) => {
      await fault(name).click();
      await page
        .getByRole("status")
        .filter({ hasText: `${name}: set.` })
        .waitFor();
      await expect.poll(() => fault(name).getAttribute("aria-pressed")).toBe("true");
    };
    const spent = (name: string) =>
      expect
        .poll(() => fault(name).getAttribute("aria-pressed"), { message: name, timeout: 10_000 })
        .toBe("false");
    const fire = async () => (await platform.fire(STAR)).logIds[0] ?? "";
    const runs = (id: string) => ids().filter((one) => one === id).length;
    /** Waits until it has run once, and until no delivery is pending. */
    const finished = async (id: string) => {
      await expect.poll(() => runs(id), { timeout: 10_000 }).toBe(1);
      await platform.idle();
    };

    // Two copies arrive, one runs.
    await press("Duplicate the next 3");
    const twice = await fire();
    await finished(twice);
    await expect.poll(() => statuses(page, twice)).toEqual(["200", "200"]);
    expect(runs(twice)).toBe(1);
    await page.getByText("2 by webhook").waitFor();
    await screenshot(page, "fault-in-force");
    await fault("Duplicate the next 3").click();
    await spent("Duplicate the next 3");

    // Rejected, sent again with the right signature, run once.
    for (const name of ["Bad signature once", "Old timestamp once"]) {
      await press(name);
      const rejected = await fire();
      await finished(rejected);
      await expect.poll(() => statuses(page, rejected), { message: name }).toEqual(["401", "200"]);
      expect(runs(rejected)).toBe(1);
      await spent(name);
    }

    // Accepted by the listener each time, a duplicate from the second on, run once.
    await press("500 to the next 3 webhooks");
    const failed = await fire();
    await finished(failed);
    await expect.poll(() => statuses(page, failed)).toEqual(["500", "500", "500", "200"]);
    expect(runs(failed)).toBe(1);
    await spent("500 to the next 3 webhooks");
    await page.goto(`${platform.url}/#/events/${failed}/timeline`);
    await expect.poll(() => page.locator(".timeline").getByText("Duplicate, from webhook").count()).toBe(3);
    await page.goto(`${platform.url}/#/deliveries`);

    // The client retries, and gets the response.
    await press("500 to the next 3 API calls");
    await page.getByText("3 calls of /api fail with 500").waitFor();
    expect(await toolset.activeTriggers()).toHaveLength(1);
    await spent("500 to the next 3 API calls");

    const before = received.length;
    await press("Reorder the next 3");
    const held = [await fire(), await fire()];
    await page.getByText("1 by webhook").waitFor();
    expect(received, "they are held").toHaveLength(before);
    held.push(await fire());
    await expect.poll(() => ids().slice(before), { timeout: 10_000 }).toEqual([...held].reverse());
    // No WebSocket is connected, so the fault is not used up there.
    await page.getByText("3 on WebSockets").waitFor();
    await fault("Reorder the next 3").click();
    await spent("Reorder the next 3");

    await press("Delay by 2 s");
    const late = await fire();
    const firedAt = Date.now();
    await expect.poll(() => runs(late), { timeout: 10_000 }).toBe(1);
    expect(Date.now() - firedAt).toBeGreaterThan(1_900);
    await fault("Delay by 2 s").click();
    await page.getByText("Delay by 2 s: removed.").waitFor();
    const prompt = await fire();
    const promptAt = Date.now();
    await expect.poll(() => runs(prompt)).toBe(1);
    expect(Date.now() - promptAt).toBeLessThan(1_500);

    await press("Lose the next event");
    const lost = await fire();
    const next = await fire();
    await finished(next);
    expect(runs(lost)).toBe(0);
    await expect.poll(() => page.getByText("lost on purpose").count()).toBe(0);
    // The platform dead-lettered the webhook; Retry sends it again.
    await page.goto(`${platform.url}/#/dead`);
    await page.getByRole("button", { name: `Retry ${lost}` }).click();
    await finished(lost);
  }, 120_000);

  test("faults affect WebSockets, too: duplicates run once, a lost event is backfilled, order and delay are as set", async () => {
    const platform = await start();
    const { ids } = await agent(platform);
    const { page } = await open(`${platform.url}/#/deliveries`);
    const press = async (name: string) => {
      await page.getByRole("button", { name, exact: true }).click();
      await page
        .getByRole("status")
        .filter({ hasText: `${name}: ` })
        .waitFor();
    };
    const fire = async () => (await platform.fire(STAR)).logIds[0] ?? "";
    await press("Duplicate the next 3");
    const twice = [await fire(), await fire(), await fire()];
    await press("Reorder the next 3");
    const reversed = [await fire(), await fire(), await fire()];
    await expect.poll(ids, { timeout: 10_000 }).toEqual([...twice, ...reversed.reverse()]);

    await press("Lose the next event");
    const lost = await fire();
    // The listener reconnects and backfills from the log.
    await press("Drop all WebSockets");
    await expect.poll(ids, { timeout: 20_000 }).toContain(lost);

    await press("Delay by 2 s");
    const firedAt = Date.now();
    const late = await fire();
    await expect.poll(ids, { timeout: 10_000 }).toContain(late);
    expect(Date.now() - firedAt).toBeGreaterThan(1_900);
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await page.getByText("All faults are removed.").waitFor();
    expect(new Set(Object.values(platform.faults.webhooks.current()))).toEqual(new Set([0]));
    expect(platform.faults.realtime.current()).toMatchObject({ delayMs: 0, toLose: 0, toDuplicate: 0 });
  }, 90_000);
});
