import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { type Running, start as startProcess } from "../cli/cli.js";
import { receiver } from "../dev/webhooks/receiver.js";
import { agent, STAR } from "./agent.js";
import { browserSetup, hasChromium, screenshot } from "./browser.js";
import { programWithDashboard } from "./program.js";

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "dashboard-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function end({ child, ended }: Running): Promise<void> {
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
}

describe.skipIf(!hasChromium)("the dashboard of the command `earshot dev` (needs chromium)", () => {
  const { open } = browserSetup();
  const program = programWithDashboard();

  /** `earshot dev` as a separate process. */
  async function dev(...args: readonly string[]): Promise<Running & { readonly url: string }> {
    const running = await startProcess(["dev", "--port", "0", ...args], { program: program() });
    await running.out(/http:\/\/127\.0\.0\.1:\d+/);
    return { ...running, url: /http:\/\/127\.0\.0\.1:\d+/.exec(running.stdout())?.[0] ?? "" };
  }

  test("--data: triggers, events, the webhook URL and its secret survive a restart", async () => {
    const directory = join(await folder(), "data");
    const first = await dev("--data", directory);
    const target = await receiver();
    onTestFinished(() => target.close());
    const one = await open(`${first.url}/#/triggers/${STAR}`);
    const form = one.page.getByRole("region", { name: "Selected trigger" });
    for (const repo of ["site", "other"]) {
      await form.getByLabel(/^Owner/).fill("acme");
      await form.getByLabel(/^Repo/).fill(repo);
      await form.getByRole("button", { name: "Enable", exact: true }).click();
      await one.page.getByText(`owner: acme, repo: ${repo}`).waitFor();
    }
    await one.page.getByRole("switch").last().click();
    await expect.poll(() => one.page.getByRole("switch").last().getAttribute("aria-checked")).toBe("false");
    await one.page.goto(`${first.url}/#/deliveries`);
    await one.page.getByLabel("URL on this machine").fill(target.url);
    await one.page.getByRole("button", { name: "Set", exact: true }).click();
    await one.page.getByText(`Webhooks are sent to ${target.url}`).waitFor();
    await one.page.getByRole("button", { name: "Reveal the secret" }).click();
    const secret = await one.page.locator(".secret code").textContent();
    await one.page.goto(`${first.url}/#/fire/${STAR}`);
    await one.page.getByLabel("Number of events").fill("3");
    await one.page.getByRole("button", { name: "Fire", exact: true }).click();
    await one.page.getByRole("status").filter({ hasText: "3 events fired" }).waitFor();
    await expect.poll(() => target.received.length).toBe(3);
    const ids = await one.page
      .getByRole("region", { name: "Fired from here" })
      .getByRole("link")
      .allTextContents();
    await end(first);
    await one.page.getByText("Disconnected").waitFor();
    await one.page.close();
    for (const error of one.errors.splice(0)) expect(error).toContain("ERR_CONNECTION_REFUSED");

    const second = await dev("--data", directory);
    const { page } = await open(second.url);
    await expect.poll(() => page.locator(".list .id").allTextContents()).toEqual(ids);
    await page.getByRole("link", { name: ids[0] ?? "" }).click();
    await page.getByRole("tab", { name: "Payload", selected: true }).waitFor();
    await page.getByRole("tab", { name: "Timeline" }).click();
    await page.getByText("No steps in memory").waitFor();
    await page.goto(`${second.url}/#/triggers`);
    const switches = page.getByRole("switch");
    await expect.poll(() => switches.count()).toBe(2);
    expect(await Promise.all([0, 1].map((at) => switches.nth(at).getAttribute("aria-checked")))).toEqual([
      "true",
      "false",
    ]);
    await page.goto(`${second.url}/#/deliveries`);
    await expect.poll(() => page.getByLabel("URL on this machine").inputValue()).toBe(target.url);
    await page.getByRole("button", { name: "Reveal the secret" }).click();
    expect(await page.locator(".secret code").textContent()).toBe(secret);
    await end(second);
  });

  test("--inbox: dead-lettered events of a listener's file are shown and replayed; failed webhooks are resent", async () => {
    const db = join(await folder(), "events.db");
    const target = await receiver((_request, response) => {
      response.statusCode = refuse ? 410 : 200;
      response.end();
    });
    let refuse = true;
    onTestFinished(() => target.close());
    const inbox = () => sqliteInbox({ path: db });
    // The listener creates the file before the platform opens it.
    const before = await dev();
    await (await agent(before, { inbox: inbox() })).listener.stop();
    await end(before);

    const { url } = await dev("--inbox", db);
    const { toolset, listener } = await agent(
      { url },
      { inbox: inbox(), retry: { attempts: 2, baseMs: 10 } },
    );
    let broken = true;
    const done: string[] = [];
    listener.callback(STAR, function save({ id }) {
      if (broken) throw new Error("The disk is full");
      done.push(id);
    });
    for (const report of ["callback.failed", "event.dead-lettered"] as const)
      listener.on(report, () => undefined);
    const { page } = await open(`${url}/#/dead`);
    await page.getByText("No dead-lettered events").waitFor();
    await toolset.setWebhookUrl(target.url);
    await page.goto(`${url}/#/fire/${STAR}`);
    await page.getByLabel("Number of events").fill("2");
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "2 events fired" }).waitFor();
    await page.goto(`${url}/#/dead`);
    const own = page.getByRole("region", { name: "Inbox" });
    await expect.poll(() => own.locator("li").count()).toBe(2);
    await own.getByText("The disk is full").first().waitFor();
    const webhooks = page.getByRole("region", { name: "Failed webhooks" });
    // Six attempts, with growing pauses.
    await expect.poll(() => webhooks.locator("li").count(), { timeout: 60_000 }).toBe(2);
    await webhooks.getByText("answered 410").first().waitFor();
    await screenshot(page, "dead-process");

    broken = false;
    await own.getByRole("button", { name: "Replay all" }).click();
    await page.getByText("2 events replayed").waitFor();
    await expect.poll(() => done.length, { timeout: 20_000 }).toBe(2);
    await own.getByText("No dead-lettered events").waitFor();

    refuse = false;
    const sent = target.received.length;
    await webhooks
      .getByRole("button", { name: /^Retry log_/ })
      .first()
      .click();
    await expect.poll(() => webhooks.locator("li").count()).toBe(1);
    await webhooks.getByRole("button", { name: "Retry all" }).click();
    await webhooks.getByText("No failed webhooks").waitFor();
    expect(target.received.slice(sent)).toHaveLength(2);
  });
});
