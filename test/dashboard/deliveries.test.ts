import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { webhookSignature } from "../../src/dev/webhooks/signature.js";
import { receiver } from "../dev/webhooks/receiver.js";
import { agent, STAR } from "./agent.js";
import { control, hasChromium, picture, rig } from "./browser.js";

const webhookRetry = { attempts: 6, baseMs: 30, capMs: 60 };
const door = { websocket: false, webhook: { port: 0 } } as const;

/** The statuses of an event's attempts, first to last, as the page shows them. */
function statuses(page: Page, logId: string): Promise<string[]> {
  const rows = page.locator(".attempt summary").filter({ hasText: logId });
  return rows
    .locator(".badge")
    .allTextContents()
    .then((texts) => texts.reverse());
}

describe.skipIf(!hasChromium)("deliveries and faults in the dashboard (needs chromium)", () => {
  const { platform: start, open } = rig();

  test("each attempt shows its request, its answer and its signature, and is sent again on demand under the same id", async () => {
    const platform = await start({ webhookRetry });
    let status = 503;
    const target = await receiver((_request, response) => {
      response.writeHead(status, { "x-said-by": "the target" });
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
      .filter({ hasText: `Webhooks go to ${target.url}` })
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
    const answer = (await first.getByLabel("Answer", { exact: true }).textContent()) ?? "";
    expect(answer).toMatch(/^503\n/);
    expect(answer).toContain("x-said-by: the target");
    expect(answer).toContain("not today");
    await first.getByText(/answered 503; tried again at/).waitFor();
    // The signature that it shows is that of the secret that it shows.
    const secret = (await page.locator(".secret code").textContent()) ?? "";
    const signed = webhookSignature({
      messageId: String(got?.headers["webhook-id"]),
      timestampSeconds: Number(got?.headers["webhook-timestamp"]),
      body: got?.body ?? "",
      secret,
    });
    await first.getByText(signed, { exact: true }).waitFor();
    await picture(page, "attempt");

    await first.getByRole("button", { name: "Retry" }).click();
    await expect.poll(() => target.received.length).toBe(3);
    expect(new Set(target.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    await expect.poll(() => statuses(page, logId)).toEqual(["503", "200", "200"]);

    await page.getByLabel("URL on this machine").fill("");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByText("Webhooks go nowhere.").waitFor();
    await platform.fire(STAR);
    await platform.idle();
    expect(target.received).toHaveLength(3);
  });

  test("every fault is set in the page, strikes a listener's door, and is survived", async () => {
    const platform = await start({ webhookRetry });
    const { heard, ids, toolset } = await agent(platform, door);
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
    /** It has run, and whatever else was to be sent has been sent. */
    const over = async (id: string) => {
      await expect.poll(() => runs(id), { timeout: 10_000 }).toBe(1);
      await platform.idle();
    };

    // Two copies arrive, one runs.
    await press("Duplicate the next 3");
    const twice = await fire();
    await over(twice);
    await expect.poll(() => statuses(page, twice)).toEqual(["200", "200"]);
    expect(runs(twice)).toBe(1);
    await page.getByText("2 by webhook").waitFor();
    await picture(page, "fault-in-force");
    await fault("Duplicate the next 3").click();
    await spent("Duplicate the next 3");

    // Refused, tried again with the right signature, run once.
    for (const name of ["Bad signature once", "Old timestamp once"]) {
      await press(name);
      const refused = await fire();
      await over(refused);
      await expect.poll(() => statuses(page, refused), { message: name }).toEqual(["401", "200"]);
      expect(runs(refused)).toBe(1);
      await spent(name);
    }

    // Taken by the listener each time, known to it as a copy, run once.
    await press("500 to the next 3 webhooks");
    const failed = await fire();
    await over(failed);
    await expect.poll(() => statuses(page, failed)).toEqual(["500", "500", "500", "200"]);
    expect(runs(failed)).toBe(1);
    await spent("500 to the next 3 webhooks");
    await page.goto(`${platform.url}/#/events/${failed}`);
    await expect
      .poll(() => page.locator(".way").getByText("A copy from webhook: known already").count())
      .toBe(3);
    await page.goto(`${platform.url}/#/deliveries`);

    // The client of an agent asks again, and gets its answer.
    await press("500 to the next 3 API calls");
    await page.getByText("3 calls of /api answer 500").waitFor();
    expect(await toolset.activeTriggers()).toHaveLength(1);
    await spent("500 to the next 3 API calls");

    const before = heard.length;
    await press("Reorder the next 3");
    const held = [await fire(), await fire()];
    await page.getByText("1 by webhook").waitFor();
    expect(heard, "nobody gets them yet").toHaveLength(before);
    held.push(await fire());
    await expect.poll(() => ids().slice(before), { timeout: 10_000 }).toEqual([...held].reverse());
    // No socket is connected: those for sockets are still to come.
    await page.getByText("3 on sockets").waitFor();
    await fault("Reorder the next 3").click();
    await spent("Reorder the next 3");

    await press("Delay by 2 s");
    const late = await fire();
    const firedAt = Date.now();
    await expect.poll(() => runs(late), { timeout: 10_000 }).toBe(1);
    expect(Date.now() - firedAt).toBeGreaterThan(1_900);
    await fault("Delay by 2 s").click();
    await page.getByText("Delay by 2 s: taken off.").waitFor();
    const prompt = await fire();
    const promptAt = Date.now();
    await expect.poll(() => runs(prompt)).toBe(1);
    expect(Date.now() - promptAt).toBeLessThan(1_500);

    await press("Lose the next event");
    const lost = await fire();
    const next = await fire();
    await over(next);
    expect(runs(lost)).toBe(0);
    await expect.poll(() => page.getByText("lost on purpose").count()).toBe(0);
    // The platform gave it up, and sends it on demand.
    await page.goto(`${platform.url}/#/dead`);
    await page.getByRole("button", { name: `Send again ${lost}` }).click();
    await over(lost);
  }, 120_000);

  test("faults strike sockets, too: copies run once, the lost is fetched, the order is turned, the late is late", async () => {
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
    const turned = [await fire(), await fire(), await fire()];
    await expect.poll(ids, { timeout: 10_000 }).toEqual([...twice, ...turned.reverse()]);

    await press("Lose the next event");
    const lost = await fire();
    // The sockets are cut, the listener comes back and asks the log.
    await press("Drop the sockets");
    await expect.poll(ids, { timeout: 20_000 }).toContain(lost);

    await press("Delay by 2 s");
    const firedAt = Date.now();
    const late = await fire();
    await expect.poll(ids, { timeout: 10_000 }).toContain(late);
    expect(Date.now() - firedAt).toBeGreaterThan(1_900);
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await page.getByText("Everything is well again.").waitFor();
    expect(new Set(Object.values(platform.faults.webhooks.current()))).toEqual(new Set([0]));
    expect(platform.faults.realtime.current()).toMatchObject({ delayMs: 0, toLose: 0, toDuplicate: 0 });
  }, 90_000);
});
