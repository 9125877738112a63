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
    const { status: result, code } = await post(agent, port(), made);
    // The inbox did not answer in time, or the response was lost: it may have been stored.
    if (result === 0 || (result === 503 && unsureCodes.has(code))) onUnsure(made);
    if (result >= 200 && result < 300) return;
    if (result >= 400 && result < 500) {
      throw new Error(`A delivery of ${sender.name} was rejected with ${result}.`);
    }
    await sleep(20 + Math.random() * 40, undefined, { signal });
  }
}

/** Errors after which a sender cannot know whether a delivery was stored. */
const unsureCodes = new Set(["unavailable", "timeout"]);

interface Answer {
  /** 0 where no response came, -1 where nothing was there to connect to. */
  readonly status: number;
  /** Of the error in the body. */
  readonly code: string;
}

function post(agent: Agent, port: number, { path, headers, body }: Request): Promise<Answer> {
  return new Promise((resolve) => {
    const answer = (status: number, code = "") => resolve({ status, code });
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
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => answer(response.statusCode ?? 0, /"code":"(\w+)"/.exec(text)?.[1]));
      response.on("error", () => answer(0));
    });
    sending.on("timeout", () => sending.destroy(new Error("timed out")));
    sending.on("error", (error: NodeJS.ErrnoException) => answer(error.code === "ECONNREFUSED" ? -1 : 0));
    sending.end(body);
  });
}
