import { createHmac } from "node:crypto";
import {
  type ListenerEvent,
  type ListenerOptions,
  type TriggerEvent,
  TriggerListener,
  type WebhookOptions,
} from "earshot";
import { expect, onTestFinished } from "vitest";

export const secret = "a secret of some length";
export const otherSecret = "another secret, of a length";

/** A listener with a server of its own on a free port, and what its callbacks and reports got. */
export async function open(
  routes: NonNullable<WebhookOptions["routes"]>,
  options: Omit<ListenerOptions, "webhook"> = {},
  handler: (event: TriggerEvent) => unknown = () => undefined,
) {
  const listener = new TriggerListener({ ...options, webhook: { port: 0, routes } });
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  const events: TriggerEvent[] = [];
  listener.callback({}, function all(event) {
    events.push(event);
    return handler(event);
  });
  await listener.start();
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  const url = listener.health().webhook?.url ?? expect.fail();
  const count = (type: ListenerEvent["type"]) => reports.filter((report) => report.type === type).length;
  return { listener, url, events, reports, count };
}

export function hex(key: string, body: string | Uint8Array): string {
  return createHmac("sha256", key).update(body).digest("hex");
}

/** Posts a body as GitHub, and as `hmac({ header: "x-signature" })`, sign it. @returns the response's status */
export async function post(
  url: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  key = secret,
): Promise<number> {
  const mac = hex(key, body);
  const response = await fetch(url, {
    method: "POST",
    body: typeof body === "string" ? Buffer.from(body) : Buffer.from(body),
    headers: {
      "content-type": "application/json",
      "x-hub-signature-256": `sha256=${mac}`,
      "x-signature": mac,
      ...headers,
    },
  });
  await response.arrayBuffer();
  return response.status;
}
