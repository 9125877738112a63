import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Allows the page's own files and calls only: no inline script or style, no other origin, no frame. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const types: ReadonlyMap<string, string> = new Map([
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
]);

/** The built page: beside the built package, or in dist/ when the sources run. */
export function pageDirectory(): string {
  const own: string | undefined = import.meta.url;
  // A bundler that makes CommonJS of modules leaves it out, and the page as well.
  if (own === undefined) return "";
  return fileURLToPath(new URL(own.endsWith(".ts") ? "../../dist/dashboard/" : "./dashboard/", own));
}

/** A file of the page, with its headers. */
export interface PageFile {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads a file of the page. Only names that the directory lists are read, so no path leads out of it.
 *
 * @param api where the page calls, relative to its own path: `dev/api/`
 * @returns "unbuilt" where there is no page, "missing" where there is no such file
 */
export function pageFile(directory: string, name: string, api: string): PageFile | "unbuilt" | "missing" {
  const type = types.get(extname(name));
  const names = namesIn(directory);
  if (names === undefined) return "unbuilt";
  if (type === undefined || !names.includes(name)) return "missing";
  const bytes = readFileSync(join(directory, name));
  // The page stands one level above its files.
  const content =
    name === "index.html"
      ? Buffer.from(
          bytes
            .toString("utf8")
            .replaceAll('"./', '"./dashboard/')
            .replace('content="api/"', `content="${api}"`),
        )
      : bytes;
  return {
    content: new Uint8Array(content),
    headers: {
      "content-type": type,
      "content-security-policy": POLICY,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  };
}

function namesIn(directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory);
  } catch {
    return undefined;
  }
}
