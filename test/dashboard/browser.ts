import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, vi } from "vitest";
import { type Platform, type PlatformOptions, startPlatform } from "../../src/dev/index.js";
import { builtDashboard } from "./built.js";

const CHROMIUM = "/usr/bin/chromium";

/** Whether there is a browser to test with. Where everything must hold, there has to be one. */
export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium && process.env.CI === "true") throw new Error(`${CHROMIUM} is missing: install chromium`);

export interface Opened {
  readonly page: Page;
  /** What the page said went wrong. A test fails at its end where there is anything in it. */
  readonly complaints: string[];
  /** Every URL that the page asked for. A test fails at its end where one is not the platform's. */
  readonly asked: string[];
}

export interface Rig {
  platform(options?: PlatformOptions): Promise<Platform>;
  open(url: string, options?: BrowserContextOptions): Promise<Opened>;
}

/** A browser and a freshly built dashboard for the tests of a file. */
export function rig(): Rig {
  // A browser has to start, and to draw.
  vi.setConfig({ testTimeout: 120_000 });
  let browser: Browser;
  let directory = "";
  beforeAll(async () => {
    directory = await builtDashboard();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
  }, 60_000);
  return {
    async platform(options = {}) {
      const platform = await startPlatform({ dashboard: directory, ...options });
      onTestFinished(() => platform.stop());
      return platform;
    },
    async open(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      // What the policy refuses is kept where a test can read it.
      await page.addInitScript(`window.refused = [];
        document.addEventListener("securitypolicyviolation", (event) => window.refused.push(
          event.violatedDirective + " " + event.blockedURI));`);
      page.setDefaultTimeout(30_000);
      const complaints: string[] = [];
      page.on("console", (said) => {
        if (said.type() === "error" && !/status of (4|5)\d\d/.test(said.text())) complaints.push(said.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      await page.goto(url);
      onTestFinished(() => {
        expect(complaints).toEqual([]);
        expect(strangers(asked, url), "asked of nobody but the platform").toEqual([]);
      });
      return { page, complaints, asked };
    },
  };
}

/** Of the URLs asked for, those that are not the platform's. */
export function strangers(asked: readonly string[], url: string): readonly string[] {
  const { origin } = new URL(url);
  return asked.filter((one) => new URL(one).origin !== origin && !one.startsWith("data:"));
}

/** Where screenshots go, where somebody wants to look at them. */
export async function picture(page: Page, name: string): Promise<void> {
  const directory = process.env.DASHBOARD_PICTURES;
  if (directory === undefined) return;
  await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true, animations: "disabled" });
}

/** Calls the control API as the page does. */
export async function control(platform: Platform, method: string, path: string, body?: unknown) {
  const response = await fetch(`${platform.url}/dev/api/${path}`, {
    method,
    headers: { "x-earshot-dev": "1", "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(await response.text());
  const text = await response.text();
  return text === "" ? undefined : JSON.parse(text);
}
