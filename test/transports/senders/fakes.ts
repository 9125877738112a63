import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What a fake responds: JSON, or a text as it is. */
export interface FakeResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
}

/** A sender's REST API on a port of this machine. */
export class FakeApi {
  url = "";
  /** Path and query of each request. */
  readonly requests: string[] = [];
  /** Sent instead of the next responses, one each; `undefined` for the response itself. */
  readonly faults: (FakeResponse | undefined)[] = [];
  /** Requests in work at the same time, at most. */
  mostAtOnce = 0;
  /** How long a response takes, milliseconds. */
  delayMs = 0;
  readonly #token: string;
  readonly #respond: (url: URL) => FakeResponse;

  constructor(token: string, respond: (url: URL) => FakeResponse) {
    this.#token = token;
    this.#respond = respond;
  }

  async start(): Promise<this> {
    let working = 0;
    const server = createServer((request, response) => {
      const { url = "", headers } = request;
      this.requests.push(url);
      working += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, working);
      response.on("close", () => {
        working -= 1;
      });
      const isKnown = headers.authorization === `Bearer ${this.#token}`;
      const made = this.faults.shift() ?? (isKnown ? this.#respond(new URL(url, this.url)) : unauthorized);
      const send = () => {
        response.writeHead(made.status ?? 200, { "content-type": "application/json", ...made.headers });
        response.end(made.text ?? JSON.stringify(made.json));
      };
      if (this.delayMs === 0) send();
      else setTimeout(send, this.delayMs);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    onTestFinished(() => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    });
    return this;
  }
}

const unauthorized: FakeResponse = { status: 401, json: { message: "Bad credentials" } };

/** One try of a delivery, as GitHub stores it. */
export interface GithubTry {
  /** As text: GitHub writes it as a number, which may be beyond 2^53. */
  readonly id: string;
  readonly guid: string;
  readonly at: number;
  readonly event: string;
  readonly statusCode: number;
  /** `undefined`: GitHub no longer has it. */
  readonly payload: object | undefined;
  readonly redelivery?: boolean;
}

/** GitHub's list of deliveries: newest first, in pages that a `Link` header connects. */
export class FakeGithub extends FakeApi {
  readonly tries: GithubTry[] = [];

  constructor(path = "/repos/acme/site/hooks/7/deliveries") {
    super("gh-token", (url) => this.#route(path, url));
  }

  #route(path: string, url: URL): FakeResponse {
    if (url.pathname === path) return this.#list(url);
    const one = this.tries.find(({ id }) => url.pathname === `${path}/${id}`);
    if (one?.payload === undefined) return { status: 404, json: { message: "Not Found" } };
    return { json: { guid: one.guid, request: { headers: {}, payload: one.payload } } };
  }

  #list(url: URL): FakeResponse {
    const size = Math.min(100, Number(url.searchParams.get("per_page") ?? 30));
    const sorted = [...this.tries].sort((a, b) => b.at - a.at);
    const cursor = url.searchParams.get("cursor");
    const from = cursor === null ? 0 : sorted.findIndex(({ id }) => `v1_${id}` === cursor);
    const page = sorted.slice(from, from + size);
    const next = sorted[from + size];
    const link = `<${this.url}${url.pathname}?per_page=${size}&cursor=v1_${next?.id}>; rel="next"`;
    return {
      ...(next !== undefined && { headers: { link } }),
      text: `[${page.map((one) => `{"id":${one.id},${JSON.stringify(itemOf(one)).slice(1)}`).join(",")}]`,
    };
  }
}

function itemOf({ guid, at, event, statusCode, redelivery = false }: GithubTry) {
  return {
    guid,
    delivered_at: new Date(at).toISOString(),
    redelivery,
    duration: 0.2,
    status: statusCode === 200 ? "OK" : "failed to connect",
    status_code: statusCode,
    event,
    action: "opened",
  };
}

/** Stripe's list of events: newest first, continued after an id. */
export class FakeStripe extends FakeApi {
  readonly events: {
    readonly id: string;
    readonly created: number;
    readonly delivered: boolean;
    readonly [name: string]: unknown;
  }[] = [];

  constructor() {
    super("sk_test", (url) => this.#list(url));
  }

  #list({ pathname, searchParams: query }: URL): FakeResponse {
    if (pathname !== "/v1/events")
      return { status: 404, json: { error: { message: "Unrecognized request URL" } } };
    const types = query.getAll("types[]");
    const listed = this.events
      .filter(
        ({ created }) =>
          created >= Number(query.get("created[gte]")) && created < Number(query.get("created[lt]")),
      )
      .filter(({ delivered }) => query.get("delivery_success") !== "false" || !delivered)
      .filter(({ type }) => types.length === 0 || types.includes(String(type)))
      .sort((a, b) => b.created - a.created);
    const after = query.get("starting_after");
    const from = after === null ? 0 : listed.findIndex(({ id }) => id === after) + 1;
    const size = Number(query.get("limit") ?? 10);
    const data = listed.slice(from, from + size).map(({ delivered, ...event }) => event);
    return { json: { object: "list", data, has_more: from + size < listed.length } };
  }
}

/** Svix: an endpoint's messages, newest first, and a polling endpoint, oldest first. */
export class FakeSvix extends FakeApi {
  readonly messages: {
    readonly id: string;
    readonly at: number;
    readonly status: number;
    readonly payload: unknown;
  }[] = [];
  /** Messages in a response. */
  pageSize = 2;

  constructor() {
    super("sk_poll_1.eu", (url) => this.#route(url));
  }

  #route({ pathname, searchParams: query }: URL): FakeResponse {
    const item = ({ id, at, status, payload }: FakeSvix["messages"][number]) => ({
      id,
      eventType: "user.created",
      payload,
      status,
      timestamp: new Date(at).toISOString(),
    });
    if (pathname === "/api/v1/app/app_1/poller/poll_1") {
      const iterator = query.get("iterator");
      // The first response has no message, only where to begin.
      if (iterator === null) return { json: { data: [], iterator: "at:0", done: false } };
      const from = Number(iterator.slice(3));
      const data = this.messages.slice(from, from + this.pageSize);
      const next = from + data.length;
      return { json: { data: data.map(item), iterator: `at:${next}`, done: next === this.messages.length } };
    }
    if (pathname !== "/api/v1/app/app_1/endpoint/ep_1/msg")
      return { status: 404, json: { detail: "Entity not found" } };
    const [after, before] = [Date.parse(query.get("after") ?? ""), Date.parse(query.get("before") ?? "")];
    const listed = this.messages.filter(({ at }) => at > after && at < before).sort((a, b) => b.at - a.at);
    const from = Number(query.get("iterator") ?? 0);
    const data = listed.slice(from, from + this.pageSize).map(item);
    const next = from + data.length;
    const done = next >= listed.length;
    return { json: { data, done, iterator: done ? null : String(next), prevIterator: null } };
  }
}
