import type { IncomingMessage, ServerResponse } from "node:http";
import { isCallable } from "../base/callable.js";
import { systemClock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { messageOf } from "../base/message-of.js";
import { shownValue } from "../base/warning.js";
import type { Inbox } from "../inbox/contract.js";
import { pageDirectory, pageFile } from "../protocol/dashboard-page.js";
import { type AccessProblem, accessProblem } from "./access.js";
import { CallError, DashboardApi } from "./api.js";
import { ListenerNotes, type ObservedListener } from "./listener-notes.js";
import { serveNode } from "./node-server.js";
import { type DashboardOptions, type DashboardSettings, readDashboardOptions } from "./options.js";

export type { ObservedListener } from "./listener-notes.js";
export type { DashboardOptions } from "./options.js";

/** Serves the dashboard. */
export interface Dashboard {
  /** Serves a request of a framework that has `Request` and `Response`. Never rejects. */
  fetch(request: Request): Promise<Response>;
  /** Serves a request of `node:http`, also below a mount path of Express and others. Never throws. */
  nodeHandler(req: IncomingMessage, res: ServerResponse): void;
  /** Ends its open searches and its subscription. The inbox stays open. */
  close(): void;
}

/** Bytes of a call's body. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * A dashboard over an inbox: events, dead letters, and with a listener its health, gaps and alerts. Mount it in your own
 * server. It is read-only unless `readOnly: false`, and requires `token` or `authenticate`.
 *
 * @param source a listener; or an opened inbox: `{ inbox }`
 * @throws EarshotError ERR_OPTION
 */
export function dashboard(
  source: { readonly inbox: Inbox } & Partial<ObservedListener>,
  options: DashboardOptions,
): Dashboard {
  return new InboxDashboard(source, readDashboardOptions(options, false));
}

/** A dashboard for a server on this machine only: no name that was made to point here opens it. */
export function loopbackDashboard(source: { readonly inbox: Inbox }, options: DashboardOptions): Dashboard {
  return new InboxDashboard(source, readDashboardOptions(options, true));
}

/** @throws EarshotError ERR_OPTION: without an inbox, each of the page's calls would fail */
function checkSource(source: { readonly inbox: Inbox }): void {
  if (isCallable((source as Partial<typeof source> | null)?.inbox?.find)) return;
  throw new EarshotError(
    "ERR_OPTION",
    `dashboard() takes a listener, or { inbox } with an opened inbox, not ${shownValue(source)}.`,
  );
}

class InboxDashboard implements Dashboard {
  readonly #settings: DashboardSettings;
  readonly #api: DashboardApi;
  readonly #directory: string;

  constructor(source: { readonly inbox: Inbox } & Partial<ObservedListener>, settings: DashboardSettings) {
    checkSource(source);
    this.#settings = settings;
    this.#directory = settings.directory ?? pageDirectory();
    const listener = isListener(source) ? new ListenerNotes(source, systemClock) : undefined;
    this.#api = new DashboardApi(source.inbox, listener, systemClock, settings.readOnly);
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    try {
      return await this.#respond(request);
    } catch (error) {
      if (error instanceof CallError) return problem({ status: error.status, message: error.message });
      return problem({ status: 500, message: messageOf(error) });
    }
  };

  readonly nodeHandler = (req: IncomingMessage, res: ServerResponse): void => {
    serveNode(this.fetch, req, res, MAX_BODY_BYTES);
  };

  close(): void {
    this.#api.close();
  }

  async #respond(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const { path } = this.#settings;
    if (`${url.pathname}/` === path) return new Response(null, { status: 308, headers: { location: path } });
    const isInside = url.pathname.startsWith(path);
    const rest = isInside ? url.pathname.slice(path.length) : "";
    const isApiCall = rest.startsWith("api/");
    const rejected = await accessProblem(request, isApiCall, this.#settings);
    if (rejected !== undefined) return problem(rejected);
    if (!isInside) return problem({ status: 404, message: `The dashboard is at ${path}` });
    if (isApiCall) {
      const readBody = () => readJson(request);
      const answer = await this.#api.answer(request.method, rest.slice(4), url.searchParams, readBody);
      return new Response(JSON.stringify(answer), { headers: jsonHeaders });
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return problem({ status: 405, message: "The page is read with GET." });
    }
    const name = rest === "" ? "index.html" : /^dashboard\/([^/]+)$/.exec(rest)?.[1];
    const file = name === undefined ? "missing" : pageFile(this.#directory, name, "api/");
    if (file === "unbuilt") {
      return problem({ status: 404, message: "The dashboard is not built: `npm run build:dashboard`." });
    }
    if (file === "missing") return problem({ status: 404, message: "The dashboard has no such file." });
    return new Response(file.content, { headers: { ...file.headers, "cache-control": "no-cache" } });
  }
}

const jsonHeaders = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

function problem({ status, message, headers }: AccessProblem): Response {
  return new Response(JSON.stringify({ error: { message } }), {
    status,
    headers: { ...jsonHeaders, ...headers },
  });
}

function isListener(source: Partial<ObservedListener>): source is ObservedListener {
  return typeof source.health === "function" && typeof source.on === "function";
}

/** @throws CallError */
async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("application/json")) throw new CallError(415, "The body is JSON.");
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) {
    throw new CallError(413, `A body has at most ${MAX_BODY_BYTES} bytes.`);
  }
  try {
    return JSON.parse(await request.text());
  } catch {
    throw new CallError(400, "The body is not JSON.");
  }
}
