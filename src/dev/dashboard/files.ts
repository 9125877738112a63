import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Call, type Endpoint, param } from "../http/endpoint.js";
import { HttpProblem } from "../http/http-problem.js";

/** Allows the platform's own files and calls only: no inline script or style, no other origin, no frame. */
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

/** The built dashboard: beside the built platform, or in dist/ when the sources run. */
function ownDirectory(): string {
  const fromSources = import.meta.url.endsWith(".ts");
  return fileURLToPath(new URL(fromSources ? "../../../dist/dashboard/" : "./dashboard/", import.meta.url));
}

/**
 * The dashboard's static files: the page at `/`, its scripts and styles under `/dashboard/`. They are public: the npm
 * package contains them, too.
 *
 * @param directory default: the package's own
 */
export function dashboardFileEndpoints(directory = ownDirectory()): Endpoint[] {
  const page = (c: Call) => fileResponse(c, directory, "index.html");
  return [
    { method: "GET", path: "/", open: true, handle: page },
    {
      method: "GET",
      path: "/dashboard/{file}",
      open: true,
      handle: (c) => fileResponse(c, directory, param(c, "file")),
    },
  ];
}

function fileResponse(c: Call, directory: string, name: string) {
  const type = types.get(extname(name));
  // Only names that the directory lists are served, so no path leads out of it.
  const names = namesIn(directory);
  if (names === undefined)
    throw new HttpProblem(404, "The dashboard is not built. Build it with `npm run build:dashboard`");
  if (type === undefined || !names.includes(name))
    throw new HttpProblem(404, `The dashboard has no file ${name}`);
  return c.body(readFileSync(join(directory, name)), 200, {
    "content-type": type,
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
  });
}

function namesIn(directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory);
  } catch {
    return undefined;
  }
}
