import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { systemClock } from "../../../src/base/clock.js";
import type { ListenerEvent, ListenerEventOf } from "../../../src/base/listener-events.js";
import type { Delivery } from "../../../src/model/delivery.js";
import { type EndpointOptions, EndpointTable } from "../../../src/transports/webhook/endpoints.js";
import { createWebhookServer, type WebhookServer } from "../../../src/transports/webhook/server.js";
import type {
  WebhookServerLimits,
  WebhookServerOptions,
} from "../../../src/transports/webhook/server-core.js";

export interface Received {
  readonly delivery: Delivery;
  readonly route: string;
}

/** A webhook server, and everything that it received. */
export interface TestServer {
  readonly server: WebhookServer;
  readonly received: Received[];
  readonly reports: ListenerEvent[];
  /** Bodies as text, in the order of their arrival. */
  bodies(): string[];
  rejections(): ListenerEventOf<"delivery.rejected">[];
}

interface Overrides extends Partial<Omit<WebhookServerOptions, "limits" | "endpoints">> {
  readonly routes?: ReadonlyMap<string, EndpointOptions>;
  readonly limits?: Partial<WebhookServerLimits>;
}

export const limits: WebhookServerLimits = { maxBodyBytes: 100_000, bodyTimeoutMs: 5000, maxInFlight: 100 };

const defaultRoutes: ReadonlyMap<string, EndpointOptions> = new Map([
  ["/webhook", {}],
  ["/webhooks/{provider}", {}],
]);

/** Makes a webhook server that acknowledges everything; it is closed at the end of the test. */
export function makeServer({ routes = defaultRoutes, ...overrides }: Overrides = {}): TestServer {
  const received: Received[] = [];
  const reports: ListenerEvent[] = [];
  const allLimits = { ...limits, ...overrides.limits };
  const endpoints = new EndpointTable(allLimits.maxBodyBytes);
  for (const [path, options] of routes) endpoints.add(path, options);
  const server = createWebhookServer({
    clock: systemClock,
    ready: () => true,
    send: (report) => reports.push(report),
    ...overrides,
    endpoints,
    receive(delivery, endpoint) {
      received.push({ delivery, route: endpoint.pattern });
      return overrides.receive?.(delivery, endpoint) ?? { status: 200 };
    },
    limits: allLimits,
  });
  onTestFinished(() => server.close(0));
  return {
    server,
    received,
    reports,
    bodies: () => received.map(({ delivery }) => Buffer.from(delivery.body).toString()),
    rejections: () =>
      reports.filter(
        (report): report is ListenerEventOf<"delivery.rejected"> => report.type === "delivery.rejected",
      ),
  };
}

/** A webhook server that listens, on a free port. */
export async function openTestServer(
  overrides: Overrides = {},
): Promise<TestServer & { readonly port: number; readonly url: string }> {
  const made = makeServer(overrides);
  return { ...made, ...(await made.server.listen(0, "127.0.0.1")) };
}

/** Waits until something holds; fails after 5 s. */
export async function until(holds: () => boolean, what = "the condition"): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`Waited 5 s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A TCP connection that says what it is told to, and nothing else. */
export interface RawClient {
  readonly socket: Socket;
  write(text: string | Uint8Array): void;
  /** All that has come. */
  heard(): string;
  /** Waits for so many whole answers, and gives them. */
  answers(count: number): Promise<readonly RawAnswer[]>;
  answer(): Promise<RawAnswer>;
  /** Resolves when the other side has closed. */
  closed: Promise<void>;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect(port, "127.0.0.1");
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  let heard = "";
  let over = false;
  socket.on("data", (chunk) => {
    heard += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) =>
    socket.on("close", () => {
      over = true;
      resolve();
    }),
  );
  onTestFinished(() => {
    socket.destroy();
  });
  const answers = async (count: number) => {
    await until(
      () => over || parse(heard).length >= count,
      `${count} answers; heard ${JSON.stringify(heard)}`,
    );
    return parse(heard);
  };
  return {
    socket,
    write: (text) => socket.write(text),
    heard: () => heard,
    answers,
    async answer() {
      const [first] = await answers(1);
      if (first === undefined) throw new Error(`Closed without an answer; heard ${JSON.stringify(heard)}.`);
      return first;
    },
    closed,
  };
}

/** Whole answers with a length; a 1xx counts as one. */
function parse(text: string): RawAnswer[] {
  const found: RawAnswer[] = [];
  for (let rest = text; ; ) {
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) return found;
    const [first = "", ...lines] = rest.slice(0, end).split("\r\n");
    const status = Number(first.split(" ")[1]);
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    const length = Number(headers.get("content-length") ?? 0);
    if (rest.length < end + 4 + length) return found;
    found.push({ status, headers, body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
}

/** A request as text. A body given as text has its length declared. */
export function request(
  options: {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: readonly string[];
    readonly body?: string;
  } = {},
): string {
  const { method = "POST", path = "/webhook", headers = [], body } = options;
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return `${[`${method} ${path} HTTP/1.1`, "Host: localhost", ...headers, ...length].join("\r\n")}\r\n\r\n${body ?? ""}`;
}

/** The code in the body of an answer that refuses. */
export function codeOf(body: string): string {
  return (JSON.parse(body) as { error: { code: string } }).error.code;
}
