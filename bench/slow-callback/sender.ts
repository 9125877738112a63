import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { signedWebhook } from "../../src/testing/index.js";

/** One delivery and its answer. */
export interface Answered {
  /** From when it was to be sent by the schedule, milliseconds: a sender that was held up hides nothing. */
  readonly tookMs: number;
  /** 0 where there was no answer. */
  readonly status: number;
  /** When it was to be sent, from the start, milliseconds. */
  readonly atMs: number;
}

/** What {@link sendSteadily} takes. */
export interface Steady {
  readonly url: string;
  readonly secret: string;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Sends distinct events at a fixed rate, whatever becomes of them. */
export async function sendSteadily({
  url,
  secret,
  perSecond,
  seconds,
}: Steady): Promise<readonly Answered[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const answers: Promise<Answered>[] = [];
  const startedAt = performance.now();
  const total = perSecond * seconds;
  while (answers.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) * perSecond) / 1000));
    while (answers.length < due) {
      const n = answers.length;
      const atMs = (n * 1000) / perSecond;
      answers.push(
        deliver(agent, url, secret, n).then((status) => ({
          status,
          atMs,
          tookMs: performance.now() - startedAt - atMs,
        })),
      );
    }
    await sleep(1);
  }
  const all = await Promise.all(answers);
  agent.destroy();
  return all;
}

function deliver(agent: Agent, url: string, secret: string, n: number): Promise<number> {
  const payload = { n, text: "x".repeat(300) };
  const { headers, body } = signedWebhook({ secret, triggerName: "SLOW_CALLBACK", payload });
  return new Promise((resolve) => {
    const sending = request(`${url}/webhook`, { agent, method: "POST", headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(0));
    });
    sending.on("error", () => resolve(0));
    sending.end(body);
  });
}
