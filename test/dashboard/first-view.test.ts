import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { VERSION } from "../../src/base/version.js";
import { agent, STAR } from "./agent.js";
import { browserSetup, hasChromium } from "./browser.js";
import { seededInbox, servedInbox, TOKEN } from "./inbox-seed.js";

const MAX_KB = 250;

describe.skipIf(!hasChromium)("the first view, and what is loaded later (needs chromium)", () => {
  const { platform: start, directory, open } = browserSetup();

  /** Kilobytes, compressed, of the scripts and styles among the requested files. */
  async function kilobytes(requested: readonly string[]): Promise<number> {
    const names = requested
      .map((url) => basename(new URL(url).pathname))
      .filter((name) => /\.(js|css)$/.test(name));
    const sizes = await Promise.all(
      [...new Set(names)].map(async (name) => gzipSync(await readFile(join(directory(), name))).length),
    );
    expect(sizes.length).toBeGreaterThan(1);
    return sizes.reduce((sum, size) => sum + size, 0) / 1_000;
  }

  test(`is at most ${MAX_KB} kB of scripts and styles; the editor comes with the first payload that is edited`, async () => {
    const platform = await start();
    await agent(platform);
    const { page, requested } = await open(platform.url);
    await page.getByRole("heading", { name: "No events yet" }).waitFor();
    const first = await kilobytes(requested);
    const before = requested.length;
    await page.goto(`${platform.url}/#/fire/${STAR}`);
    await page.locator(".cm-line").first().waitFor();
    expect(requested.slice(before).some((url) => /code-editor.*\.js$/.test(url))).toBe(true);
    const withEditor = await kilobytes(requested);
    const inbox = await servedInbox(await seededInbox(5), { directory: directory() });
    const other = await open(inbox, { httpCredentials: { username: "any", password: TOKEN } });
    await other.page.locator(".list li").first().waitFor();
    const ofInbox = await kilobytes(other.requested);
    process.stdout.write(
      `first view: local platform ${first.toFixed(0)} kB, with the editor ${withEditor.toFixed(0)} kB; inbox ${ofInbox.toFixed(0)} kB (gzip)\n`,
    );
    expect(first).toBeLessThan(MAX_KB);
    expect(ofInbox).toBeLessThan(MAX_KB);
  });

  test("the version and links to the documentation stand in every view; nothing moves with reduced motion", async () => {
    const platform = await start();
    await agent(platform);
    const { page } = await open(`${platform.url}/#/triggers`, { reducedMotion: "reduce" });
    await page.getByText(`earshot ${VERSION}`).first().waitFor();
    for (const name of ["Docs", "Errors"]) {
      const href = await page.getByRole("link", { name, exact: true }).getAttribute("href");
      const file = /\/docs\/([\w-]+\.md)$/.exec(href ?? "")?.[1] ?? "";
      expect(await readFile(join(import.meta.dirname, "../../docs", file), "utf8"), file).toMatch(/^# /);
    }
    await page.getByRole("switch").first().waitFor();
    const moving = await page.evaluate(`[...document.querySelectorAll("*")].filter((element) =>
      [element, "::before", "::after"].some((pseudo, at) => {
        const { transitionDuration, animationDuration } = getComputedStyle(element, at === 0 ? null : pseudo);
        return parseFloat(transitionDuration) > 0 || parseFloat(animationDuration) > 0;
      })).map(({ outerHTML }) => outerHTML.slice(0, 80))`);
    expect(moving).toEqual([]);
  });

  test("the editor offers the schema's members and marks what does not match", async () => {
    const platform = await start();
    await agent(platform);
    const { page } = await open(`${platform.url}/#/fire/${STAR}`);
    const editor = page.getByRole("textbox", { name: "Payload" });
    await editor.waitFor();
    await editor.fill("{}");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.type('"starred_b');
    const options = page.locator(".cm-tooltip-autocomplete li");
    await expect.poll(() => options.allTextContents()).toContainEqual(expect.stringContaining("starred_by"));
    await options.filter({ hasText: "starred_by" }).first().click();
    await page.keyboard.type("7");
    await expect.poll(() => editor.textContent()).toContain('"starred_by": 7');
    await page.locator(".cm-lintRange-error").first().waitFor();
    await page.getByText(/^starred_by: must be/).waitFor();
    expect(await page.evaluate("window.violations"), "the policy of the page holds").toEqual([]);
  });

  test("a secret in a payload is masked until it is revealed", async () => {
    const platform = await start();
    await agent(platform);
    const data = { starred_by: "ada", app: { client_secret: "s3cr3t-value", apiKey: "k3y-value" } };
    const { logIds } = await platform.fire(STAR, { data });
    const { page } = await open(`${platform.url}/#/events/${logIds[0]}/payload`);
    await page.getByRole("button", { name: "Reveal client_secret" }).waitFor();
    const panel = page.locator(".json-box");
    expect(await panel.textContent()).not.toMatch(/s3cr3t-value|k3y-value/);
    await page.getByRole("button", { name: "Reveal client_secret" }).click();
    expect(await panel.textContent()).toContain("s3cr3t-value");
    expect(await panel.textContent()).not.toContain("k3y-value");
  });
});
