import { type Agent, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Request, Sender } from "./senders.js";

/** What {@link send} works with. */
export interface Sending {
  readonly sender: Sender;
  /** So many events at least. */
  readonly events: number;
  /** How long it takes, milliseconds. */
  readonly durationMs: number;
  readonly agent: Agent;
  readonly random: () => number;
  /** One of the processes. */
  readonly port: () => number;
  readonly next: () => number;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly onAcknowledged: (request: Request) => void;
  /** A try whose response never came. */
  readonly onUnsure: (request: Request) => void;
}

/** How many of the requests of a sender with ids come twice. */
const AGAIN = 0.15;

/** Sends a sender's events at an even pace, each until it is acknowledged. */
export async function send(sending: Sending): Promise<void> {
  const { sender, events, durationMs, random, next, signal, onAcknowledged } = sending;
  const startedAt = performance.now();
  let made = 0;
  async function lane(): Promise<void> {
    while (made < events) {
      const due = startedAt + (durationMs * made) / events;
      const request = sender.make(next, random);
      made += request.events.length;
      await sleep(Math.max(0, due - performance.now()), undefined, { signal });
      const copy = sender.repeats && random() < AGAIN ? (sender.again?.(request) ?? request) : undefined;
      // The copy comes at once, or when the first is answered.
      const early = copy !== undefined && random() < 0.5 ? until(sending, copy) : undefined;
      await until(sending, request);
      onAcknowledged(request);
      await (early ?? (copy === undefined ? undefined : until(sending, copy)));
    }
  }
  await Promise.all(Array.from({ length: sender.inFlight }, lane));
}

async function until({ agent, port, onUnsure, sender, signal }: Sending, made: Request): Promise<void> {
  for (;;) {
    const result = await post(agent, port(), made);
    if (result === 0) onUnsure(made);
    if (result >= 200 && result < 300) return;
    if (result >= 400 && result < 500) {
      throw new Error(`A delivery of ${sender.name} was rejected with ${result}.`);
    }
    await sleep(20 + Math.random() * 40, undefined, { signal });
  }
}

/** @returns the status; 0 where no response came, -1 where nothing was there to connect to */
function post(agent: Agent, port: number, { path, headers, body }: Request): Promise<number> {
  return new Promise((resolve) => {
    const sending = httpRequest({
      agent,
      host: "127.0.0.1",
      port,
      path,
      method: "POST",
      headers,
      timeout: 20_000,
    });
    sending.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(0));
    });
    sending.on("timeout", () => sending.destroy(new Error("timed out")));
    sending.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED" ? -1 : 0));
    sending.end(body);
  });
}
