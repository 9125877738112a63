import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Call, type Endpoint, param } from "../http/endpoint.js";
import { HttpProblem } from "../http/http-problem.js";

/**
 * Nothing but the platform's own files and calls: no script or style in a page's text, no other origin, no
 * frame around it.
 */
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

/** Where the built dashboard is: beside the built platform, or where a build of these sources puts it. */
function ownDirectory(): string {
  const fromSources = import.meta.url.endsWith(".ts");
  return fileURLToPath(new URL(fromSources ? "../../../dist/dashboard/" : "./dashboard/", import.meta.url));
}

/**
 * The dashboard's static files: the page at `/`, what it loads under `/dashboard/`. They say nothing that is
 * not in the package, so they are for everybody who may talk to this server at all.
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
  // Names as the directory has them, and no paths: nothing outside the directory can be requested.
  const names = namesIn(directory);
  if (names === undefined) throw new HttpProblem(404, "The dashboard is not built: `npm run build` does it");
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
