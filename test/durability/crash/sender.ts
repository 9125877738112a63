import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type SignedWebhook, signedWebhook } from "earshot/testing";

/** What {@link deliver} takes. */
export interface Sending {
  readonly secret: string;
  readonly ids: readonly string[];
  /** Where to deliver; asked for each try, so that one of several receivers can be chosen. */
  readonly port: () => number;
  readonly inFlight: number;
  /** Called with each id that was acknowledged. */
  readonly onAcknowledged: (id: string) => void;
}

/** Delivers every event until it is acknowledged, as a provider that never gives up. */
export async function deliver({ secret, ids, port, inFlight, onAcknowledged }: Sending): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  let next = 0;
  async function sendSome() {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      while (
        !(await acknowledged(
          agent,
          port(),
          signedWebhook({ secret, triggerName: "CRASH_TEST", payload: { id }, logId: id }),
        ))
      ) {
        await sleep(10 + Math.random() * 40);
      }
      onAcknowledged(id);
    }
  }
  try {
    await Promise.all(Array.from({ length: inFlight }, sendSome));
  } finally {
    agent.destroy();
  }
}

function acknowledged(agent: Agent, port: number, { headers, body }: SignedWebhook): Promise<boolean> {
  return new Promise((resolve) => {
    const sending = request({
      agent,
      host: "127.0.0.1",
      port,
      path: "/webhook",
      method: "POST",
      headers,
      timeout: 10_000,
    });
    sending.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode === 200));
      response.on("error", () => resolve(false));
    });
    sending.on("timeout", () => sending.destroy(new Error("timed out")));
    sending.on("error", () => resolve(false));
    sending.end(body);
  });
}
