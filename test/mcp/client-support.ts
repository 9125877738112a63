import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Inbox,
  type ListenerEvent,
  type ListenerOptions,
  type McpSourceOptions,
  memoryInbox,
  type TriggerEvent,
  TriggerListener,
} from "earshot";
import { expect, onTestFinished, vi } from "vitest";
import { freePort } from "../support/free-port.js";
import { STAR, tokens } from "./support.js";

export type GapEvent = Extract<ListenerEvent, { type: "gap.opened" | "gap.filled" | "gap.unfilled" }>;

/** A listener on an MCP server, and what it has received. */
export interface Client {
  readonly listener: TriggerListener;
  readonly events: TriggerEvent[];
  readonly gaps: GapEvent[];
  readonly warnings: string[];
  readonly by: () => unknown[];
  stop(): Promise<void>;
}

export interface ClientOptions {
  readonly inbox?: Inbox;
  readonly mcp?: Partial<McpSourceOptions>;
  /** The port of the webhook server. Default: none is opened. */
  readonly port?: number;
  readonly listener?: Partial<ListenerOptions>;
  /** Whether to start. Default: true. */
  readonly starts?: boolean;
}

export async function clientOf(url: string, options: ClientOptions = {}): Promise<Client> {
  const { inbox = memoryInbox(), mcp, port, starts = true } = options;
  const listener = new TriggerListener({
    inbox,
    signals: false,
    mcp: {
      url,
      events: [STAR],
      auth: tokens.ada,
      pollMs: 20,
      ...(port === undefined ? {} : { webhookUrl: `http://127.0.0.1:${port}/mcp` }),
      ...mcp,
    },
    ...(port === undefined ? {} : { webhook: { port, host: "127.0.0.1" } }),
    ...options.listener,
  });
  const client: Client = {
    listener,
    events: [],
    gaps: [],
    warnings: [],
    by: () => client.events.map(({ payload }) => payload.starred_by),
    stop: () => listener.stop(),
  };
  listener.callback({}, (event: TriggerEvent) => {
    client.events.push(event);
  });
  listener.on("*", (event) => {
    if (event.type === "gap.opened" || event.type === "gap.filled" || event.type === "gap.unfilled") {
      client.gaps.push(event);
    }
    if (event.type === "warning") client.warnings.push(event.error.message);
  });
  listener.on("warning", () => undefined);
  listener.on("gap.unfilled", () => undefined);
  onTestFinished(() => listener.stop());
  if (starts) await listener.start();
  return client;
}

export const modes = ["webhook", "push", "poll"] as const;

/** What a client needs to receive in a mode. */
export async function forMode(
  mode: (typeof modes)[number],
): Promise<{ port?: number; mcp: { mode: typeof mode } }> {
  return mode === "webhook" ? { port: await freePort(), mcp: { mode } } : { mcp: { mode } };
}

/** A TCP proxy whose connections can be cut. */
export async function cuttable(target: () => string) {
  const sockets = new Set<Socket>();
  const world = { isDown: false, cuts: 0 };
  const server: Server = createServer((socket) => {
    if (world.isDown) {
      socket.destroy();
      return;
    }
    const { hostname, port } = new URL(target());
    const upstream = connect(Number(port), hostname);
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on("error", () => undefined);
      one.on("close", () => {
        sockets.delete(one);
        socket.destroy();
        upstream.destroy();
      });
    }
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    cut() {
      world.cuts += 1;
      for (const socket of sockets) socket.destroy();
    },
  };
}

export const eventually = (check: () => void | Promise<void>, timeout = 15_000) =>
  vi.waitFor(check, { timeout, interval: 20 });

/** Longest time without progress. */
const STALLED_MS = 60_000;

/** Waits as long as what is missing becomes less: a busy machine is slow, and has lost nothing. */
export async function untilNoneMissing(missing: () => number | Promise<number>): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  let sinceMs = performance.now();
  for (;;) {
    const count = await missing();
    if (count === 0) return;
    if (count < least) [least, sinceMs] = [count, performance.now()];
    expect(performance.now() - sinceMs, `milliseconds without progress; ${count} are missing`).toBeLessThan(
      STALLED_MS,
    );
    await sleep(20);
  }
}
