import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import type { TriggerEvent } from "../../src/index.js";
import { compile } from "../support/program.js";
import { errorsIn, projectOptions } from "../types/compile.js";
import { agent, STAR } from "./agent.js";
import { browserSetup, hasChromium } from "./browser.js";

const root = join(import.meta.dirname, "../..");
const payload = {
  ...{ action: "created", repository_id: 7, repository_name: "site" },
  ...{ repository_url: "https://github.com/acme/site", starred_at: "2025-03-11T14:05:09Z" },
  // Characters that a shell, a script or a template would interpret.
  starred_by: 'o\'hara $(id) `id` \\n "q" $HOME é',
};

/** The clipboard after a click on the button. */
async function copied(page: Page, button: string): Promise<string> {
  await page.evaluate("navigator.clipboard.writeText('')");
  await page.getByRole("button", { name: button }).click();
  const text = () => page.evaluate("navigator.clipboard.readText()") as Promise<string>;
  await expect.poll(text).not.toBe("");
  return text();
}

describe.skipIf(!hasChromium)("the events of the dashboard (needs chromium)", () => {
  const { platform: start, open } = browserSetup();
  const permissions = ["clipboard-read", "clipboard-write"];

  test("the list filters by words and by status; paused, it stays as it is and counts new events", async () => {
    const platform = await start();
    const { toolset, ids, listener } = await agent(platform, { retry: { attempts: 1 } });
    await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE", {});
    listener.callback("SLACK_RECEIVE_MESSAGE", () => Promise.reject(new Error("no")));
    for (const report of ["callback.failed", "event.dead-lettered"] as const)
      listener.on(report, () => undefined);
    await platform.fire(STAR);
    await platform.fire("SLACK_RECEIVE_MESSAGE");
    const { page } = await open(platform.url);
    const rows = page.locator(".list li");
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole("searchbox").fill("slack");
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.first().textContent(), "the app, the trigger").toContain("slack · RECEIVE_MESSAGE");
    await page.getByRole("searchbox").fill("slack star");
    await page.getByText("No matching events").waitFor();
    // The summary is searched, too; an expression is evaluated on the payload.
    await page.getByRole("searchbox").fill("starred");
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByRole("searchbox").fill('repository_id > 0 and action = "created"');
    await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining("starred")]);
    await page.getByRole("searchbox").fill("repository_id >");
    await page.getByRole("alert").filter({ hasText: "expected a value" }).waitFor();
    await page.getByRole("searchbox").fill("");
    const nav = page.getByRole("navigation");
    await expect
      .poll(() =>
        nav
          .getByRole("link", { name: /^dead\s*\d/ })
          .locator(".count.dead")
          .first()
          .textContent(),
      )
      .toBe("1");
    await nav.getByRole("link", { name: /^dead\s*\d/ }).click();
    await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining("RECEIVE_MESSAGE")]);
    await page.getByLabel("Status").selectOption("done");
    await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining("starred")]);
    await page.getByLabel("Status").selectOption("");

    await page.getByRole("button", { name: "Pause" }).click();
    for (let count = 0; count < 3; count += 1) await platform.fire(STAR);
    await page.getByRole("button", { name: "Resume (3 new)" }).waitFor();
    await expect.poll(() => ids().length).toBe(4);
    expect(await rows.count(), "new events are not shown").toBe(2);
    await page.getByRole("button", { name: "Resume (3 new)" }).click();
    await expect.poll(() => rows.count()).toBe(5);
    await toolset.enableTrigger("GITHUB_FOLLOWER_EVENT", {});
    await platform.fire("GITHUB_FOLLOWER_EVENT");
    // A page opened later shows the same statuses; no callback matches the newest event.
    await page.reload();
    await expect
      .poll(() => page.locator(".list .badge").allTextContents())
      .toEqual(["unmatched", "done", "done", "done", "dead", "done"]);
  });

  test("by keyboard: / filters, arrows and Enter open an event, the palette goes to a view; two payloads compare", async () => {
    const platform = await start();
    const { ids } = await agent(platform);
    for (const starred_by of ["ada", "grace"])
      await platform.fire(STAR, { data: { ...payload, starred_by } });
    await expect.poll(() => ids().length).toBe(2);
    const { page } = await open(platform.url);
    await page.locator(".list li").nth(1).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("grace");
    await expect.poll(() => page.locator(".list li").count()).toBe(1);
    await page.keyboard.press("Escape");
    await page.locator(".list").focus();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("heading", { name: "grace starred acme/site" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByLabel("Compare with").selectOption(ids()[0] ?? "");
    const diff = page.getByRole("table", { name: "Differences" }).getByRole("row");
    await expect
      .poll(() => diff.last().getByRole("cell").allTextContents())
      .toEqual(["starred_by", '"ada"', '"grace"']);
    await page.getByRole("tab", { name: "Payload" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText("onStar done, attempt 1").waitFor();
    await page.getByRole("tab", { name: "Attempts" }).click();
    await page.locator(".attempts-list").getByText("onStar").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("tab").first().waitFor({ state: "detached" });
    await page.keyboard.press("Control+k");
    await page.keyboard.type("view listeners");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Listeners", level: 1 }).waitFor();
  });

  test("the payload is shown as a tree that opens and closes", async () => {
    const platform = await start();
    await agent(platform);
    const { logIds } = await platform.fire(STAR, { data: { deep: { list: [{ inner: "seen" }] }, n: 1 } });
    const { page } = await open(`${platform.url}/#/events/${logIds[0]}`);
    const inner = page.locator(".json-leaf").filter({ hasText: 'inner: "seen"' });
    await page.locator(".json-leaf").filter({ hasText: "n: 1" }).waitFor();
    expect(await inner.isVisible(), "deep members are closed at first").toBe(false);
    for (const name of ["list", "0"])
      await page
        .locator("summary")
        .filter({ hasText: `${name}:` })
        .click();
    await inner.waitFor();
    await page.locator("summary").filter({ hasText: "deep:" }).click();
    await inner.waitFor({ state: "hidden" });
  });

  test("Copy as JSON is the payload; as curl fires it again; as test fixture compiles and is the event", async () => {
    const platform = await start();
    const { ids, received } = await agent(platform);
    const { logIds } = await platform.fire(STAR, { data: payload });
    const { page } = await open(`${platform.url}/#/events/${logIds[0]}`, { permissions });
    await page.getByRole("tab", { name: "Payload", selected: true }).waitFor();
    expect(JSON.parse(await copied(page, "Copy as JSON"))).toEqual(payload);

    const line = await copied(page, "Copy as curl");
    const { stdout } = await promisify(execFile)("sh", ["-c", `${line} --silent --show-error --fail`]);
    const answer = JSON.parse(stdout);
    expect(answer.fired).toBe(1);
    await expect.poll(ids).toEqual([logIds[0], ...answer.logIds]);
    expect(received[1]?.payload).toEqual(payload);

    const text = await copied(page, "Copy as test fixture");
    const cache = join(root, "node_modules/.cache");
    await mkdir(cache, { recursive: true });
    const directory = await mkdtemp(join(cache, "fixture-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const file = join(directory, "event.fixture.ts");
    await writeFile(file, text);
    const wrong = join(directory, "wrong.fixture.ts");
    await writeFile(wrong, text.replace('"repository_id": 7', '"repository_id": "seven"'));
    const errors = errorsIn([file, wrong], projectOptions());
    expect(errors.get(file)).toEqual([]);
    expect(errors.get(wrong), "the payload's type is checked").toHaveLength(1);
    const { event } = (await import(await compile(file, "event-fixture"))) as { event: TriggerEvent };
    expect(event).toMatchObject({ triggerName: STAR, appName: "github", payload });
  });

  test("Resend, and Edit and resend, fire a new event of the same trigger only", async () => {
    const platform = await start();
    const { ids, received, toolset } = await agent(platform);
    // Another instance of the same trigger must not fire.
    await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "other" } });
    const [first, second] = (await toolset.activeTriggers()).sort((a, b) =>
      String(a.config.repo).localeCompare(String(b.config.repo)),
    );
    const { logIds } = await platform.fire(STAR, { data: payload, triggerId: second?.id ?? "" });
    const { page } = await open(`${platform.url}/#/events/${logIds[0]}`);
    await page.getByRole("button", { name: "Resend", exact: true }).click();
    await expect.poll(() => page.url()).not.toContain(logIds[0]);
    await expect.poll(() => ids().length).toBe(2);
    expect(page.url()).toContain(ids()[1]);

    await page.getByRole("link", { name: "Edit and resend" }).click();
    await page.getByRole("button", { name: "Form", exact: true }).click();
    await page.getByLabel(/^Starred By/).fill("grace");
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "1 event fired" }).waitFor();
    await expect.poll(() => ids().length).toBe(3);
    expect(new Set(ids()).size, "each has a new id").toBe(3);
    expect(received[1]?.payload).toEqual(payload);
    expect(received[2]?.payload).toMatchObject({ ...payload, starred_by: "grace" });
    expect(new Set(received.map(({ triggerId }) => triggerId))).toEqual(new Set([second?.id]));
    expect(first?.id).not.toBe(second?.id);
  });
});
