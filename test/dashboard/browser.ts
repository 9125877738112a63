import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { type Platform, type PlatformOptions, startPlatform } from "../../src/dev/index.js";

const CHROMIUM = "/usr/bin/chromium";

/** Whether there is a browser to test with. Where everything must hold, there has to be one. */
export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium && process.env.CI === "true") throw new Error(`${CHROMIUM} is missing: install chromium`);

export interface Opened {
  readonly page: Page;
  /** What the page said went wrong, and what it asked of anybody but the platform. */
  readonly complaints: readonly string[];
}

export interface Rig {
  platform(options?: PlatformOptions): Promise<Platform>;
  open(url: string, options?: BrowserContextOptions): Promise<Opened>;
}

/** A browser and a freshly built dashboard for the tests of a file. */
export function rig(): Rig {
  let browser: Browser;
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "dashboard-"));
    await build({
      configFile: join(import.meta.dirname, "../../src/dev/dashboard/app/vite.config.mjs"),
      build: { outDir: directory, emptyOutDir: true },
    });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    if (directory !== "") await rm(directory, { recursive: true, force: true });
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
      page.setDefaultTimeout(30_000);
      const complaints: string[] = [];
      page.on("console", (said) => {
        if (said.type() === "error" && !/status of (4|5)\d\d/.test(said.text())) complaints.push(said.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("request", (request) => {
        const asked = request.url();
        if (!asked.startsWith(new URL(url).origin) && !asked.startsWith("data:"))
          complaints.push(`asked ${asked}`);
      });
      await page.goto(url);
      onTestFinished(() => expect(complaints).toEqual([]));
      return { page, complaints };
    },
  };
}

/** Where screenshots go, where somebody wants to look at them. */
export async function picture(page: Page, name: string): Promise<void> {
  const directory = process.env.DASHBOARD_PICTURES;
  if (directory === undefined) return;
  await page.screenshot({ path: join(directory, `${name}.png`) });
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
