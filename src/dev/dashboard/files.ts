import { pageDirectory, pageFile } from "../../protocol/dashboard-page.js";
import { type Call, type Endpoint, param } from "../http/endpoint.js";
import { HttpProblem } from "../http/http-problem.js";

/**
 * The dashboard's static files: the page at `/`, its scripts and styles under `/dashboard/`. They are public: the npm
 * package contains them, too.
 *
 * @param directory default: the package's own
 */
export function dashboardFileEndpoints(directory = pageDirectory()): Endpoint[] {
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
  const file = pageFile(directory, name, "dev/api/");
  if (file === "unbuilt") {
    throw new HttpProblem(404, "The dashboard is not built. Build it with `npm run build:dashboard`");
  }
  if (file === "missing") throw new HttpProblem(404, `The dashboard has no file ${name}`);
  return c.body(file.content, 200, { ...file.headers });
}
