import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";

/** One view, as a width and a theme show it. */
export interface Picture {
  readonly width: number;
  readonly scheme: "light" | "dark";
  readonly png: Buffer;
}

/** Widths of a phone, a laptop and a large screen. */
export const widths = [360, 1280, 2560] as const;
export const schemes = ["light", "dark"] as const;

const heights: Readonly<Record<number, number>> = { 360: 780, 1280: 860, 2560: 1300 };

export function viewportOf(width: number): { width: number; height: number } {
  return { width, height: heights[width] ?? 860 };
}

/** The window as it is, if DASHBOARD_PICTURES names a folder for them. */
export async function picture(page: Page, width: number, scheme: "light" | "dark"): Promise<Picture[]> {
  if (process.env.DASHBOARD_PICTURES === undefined) return [];
  return [{ width, scheme, png: await page.screenshot({ animations: "disabled" }) }];
}

/** Views that stand in the documentation one by one, and the names of their files. */
const single: Readonly<Record<string, string>> = {
  events: "events.png",
  "event-timeline": "timeline.png",
  "inbox-dead-letters": "dead-letters.png",
};

/** Puts all pictures of a view on one sheet, each scaled to the width that it has there. */
export async function saveSheet(
  browser: Browser | null,
  name: string,
  pictures: readonly Picture[],
): Promise<void> {
  const folder = process.env.DASHBOARD_PICTURES;
  if (folder === undefined) return;
  const shown: Readonly<Record<number, number>> = { 360: 288, 1280: 760, 2560: 1080 };
  const cells = pictures.map(
    ({ width, scheme, png }) =>
      `<figure><figcaption>${width} px, ${scheme}</figcaption><img width="${shown[width]}" src="data:image/png;base64,${png.toString("base64")}"></figure>`,
  );
  if (browser === null) return;
  const page = await browser.newPage({ viewport: { width: 2240, height: 1000 } });
  await page.setContent(
    `<style>body{margin:12px;display:flex;flex-wrap:wrap;gap:12px;align-items:start;background:#8a8f98;font:14px sans-serif}
     figure{margin:0}img{display:block}</style>${cells.join("")}`,
  );
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.jpg`), type: "jpeg", quality: 72, fullPage: true });
  await page.close();
  const file = single[name];
  const one = pictures.find(({ width, scheme }) => width === 1280 && scheme === "light");
  if (file !== undefined && one !== undefined) await writeFile(join(folder, file), one.png);
  // Beside the sheet, each in full for a closer look.
  const full = process.env.DASHBOARD_SCREENSHOTS;
  if (full === undefined) return;
  for (const { width, scheme, png } of pictures)
    await writeFile(join(full, `${name}-${width}-${scheme}.png`), png);
}
