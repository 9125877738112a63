import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, vi } from "vitest";
import { type Platform, type PlatformOptions, startPlatform } from "../../src/dev/index.js";
import { builtDashboard } from "./build.js";

const CHROMIUM = "/usr/bin/chromium";

/** Without Chromium the tests are skipped; in CI they fail. */
export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium && process.env.CI === "true") throw new Error(`${CHROMIUM} is missing: install chromium`);

export interface Opened {
  readonly page: Page;
  /** Errors of the page and its console. A test fails at its end if there is one. */
  readonly errors: string[];
  /** The URL of every request. A test fails at its end if one is not of the platform. */
  readonly requested: string[];
}

export interface BrowserSetup {
  platform(options?: PlatformOptions): Promise<Platform>;
  open(url: string, options?: BrowserContextOptions): Promise<Opened>;
  /** The folder of the built page, once the first test runs. */
  directory(): string;
}

/** A browser and a freshly built dashboard for the tests of a file. */
export function browserSetup(): BrowserSetup {
  // A browser has to start, and to draw.
  vi.setConfig({ testTimeout: 120_000 });
  let browser: Browser;
  let directory = "";
  beforeAll(async () => {
    directory = await builtDashboard();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    // The first build installs the dashboard's packages.
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
  }, 60_000);
  return {
    directory: () => directory,
    async platform(options = {}) {
      const platform = await startPlatform({ dashboard: directory, ...options });
      onTestFinished(() => platform.stop());
      return platform;
    },
    async open(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const requested: string[] = [];
      page.on("request", (request) => requested.push(request.url()));
      // Tests read the violations of the Content-Security-Policy from here.
      await page.addInitScript(`window.violations = [];
        document.addEventListener("securitypolicyviolation", (event) => window.violations.push(
          event.violatedDirective + " " + event.blockedURI));`);
      page.setDefaultTimeout(30_000);
      const errors: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" && !/status of (4|5)\d\d/.test(message.text()))
          errors.push(message.text());
      });
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(url);
      onTestFinished(() => {
        expect(errors).toEqual([]);
        expect(foreignUrls(requested, url), "requests go to the platform only").toEqual([]);
      });
      return { page, errors, requested };
    },
  };
}

/** The URLs that are not of the platform. */
export function foreignUrls(requested: readonly string[], url: string): readonly string[] {
  const { origin } = new URL(url);
  return requested.filter((one) => new URL(one).origin !== origin && !one.startsWith("data:"));
}

/** Saves a screenshot if DASHBOARD_SCREENSHOTS names a folder. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const directory = process.env.DASHBOARD_SCREENSHOTS;
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
