import { randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { type ListenerEvent, type ListenerOptions, TriggerListener, type WebhookOptions } from "earshot";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished } from "vitest";

export const secret = "a secret of some length";

/** Packages of test/compat: their types would take longer to check than this project. */
export const compat = createRequire(new URL("../compat/package.json", import.meta.url));

/** A listener with a server on a free port, and a sender that signs. */
export async function watchedListener(options: ListenerOptions = {}, webhook: Partial<WebhookOptions> = {}) {
  const listener = new TriggerListener({
    signals: false,
    retry: { attempts: 2, delaysMs: [1] },
    ...options,
    webhook: { port: 0, host: "127.0.0.1", secrets: secret, ...webhook },
  });
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  const reports: ListenerEvent[] = [];
  listener.on("*", (event) => reports.push(event));
  const start = async () => {
    await listener.start();
    const url = listener.health().webhook?.url ?? expect.fail();
    const send = async (
      triggerName: string,
      more: { logId?: string; headers?: object; key?: string } = {},
    ) => {
      const { key = secret, headers = {}, logId = randomUUID() } = more;
      const signed = signedWebhook({ secret: key, triggerName, payload: { n: 1 }, logId });
      const response = await fetch(`${url}/webhook`, {
        method: "POST",
        headers: { ...signed.headers, ...(headers as Record<string, string>) },
        body: signed.body,
      });
      await response.arrayBuffer();
      return response.status;
    };
    return { url, send };
  };
  return { listener, reports, start };
}

/** A server that takes JSON, and what it was sent. */
export async function collector(status = 200) {
  const received: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly text: string }[] =
    [];
  const server = createServer(async (req, res) => {
    let text = "";
    for await (const chunk of req) text += chunk;
    received.push({ path: req.url ?? "", headers: req.headers, text });
    res.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
