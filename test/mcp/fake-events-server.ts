import { createHmac } from "node:crypto";
import type { ServerResponse } from "node:http";
import { serve } from "./support.js";

type Params = Record<string, never> & {
  cursor?: string | null;
  delivery?: { url: string; secret: string };
};

/**
 * A server of the extension that gives a delivery up after one attempt and passes it, as the text allows: its cursor is
 * a watermark, and a live subscription ignores the cursor of a refresh.
 */
export async function fakeEventsServer(name = "thing.happened") {
  const log: object[] = [];
  const streams = new Set<{ res: ServerResponse; id: unknown }>();
  const calls: { method: string; cursor: string | null | undefined }[] = [];
  let subscription: { url: string; secret: string; position: number; lastError: string | null } | undefined;
  const world = {
    delivery: ["webhook", "push", "poll"],
    /** Whether an unsubscribe ends nothing: then the hole stays open. */
    keepsSubscriptions: false,
    /** Whether a failure is no longer reported once a delivery was accepted. */
    forgetsFailures: false,
    errors: {} as Record<string, { code: number; message: string; data?: object }>,
    truncated: false,
  };
  const occurrence = (at: number) => log[at] as { eventId: string };

  async function post(body: object, id: string): Promise<number> {
    if (subscription === undefined) return 0;
    const { url, secret } = subscription;
    const text = JSON.stringify(body);
    const time = Math.floor(Date.now() / 1000);
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    const digest = createHmac("sha256", key).update(`${id}.${time}.${text}`).digest("base64");
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(time),
      "webhook-signature": `v1,${digest}`,
      "x-mcp-subscription-id": "sub_1",
    };
    try {
      return (await fetch(url, { method: "POST", headers, body: text })).status;
    } catch {
      return 0;
    }
  }

  async function deliver(): Promise<void> {
    const one = subscription;
    while (one !== undefined && one === subscription && one.position < log.length) {
      const event = occurrence(one.position);
      one.position += 1;
      const status = await post({ ...event, cursor: String(one.position) }, event.eventId);
      // One attempt, and the watermark passes it.
      if (status < 200 || status > 299) one.lastError = status === 0 ? "connection_refused" : "http_5xx";
      else if (world.forgetsFailures) one.lastError = null;
    }
  }

  async function answer(method: string, params: Params): Promise<object> {
    switch (method) {
      case "server/discover":
        return { supportedVersions: ["2026-07-28"], capabilities: { events: {} } };
      case "events/list":
        return { events: [{ name, delivery: world.delivery, inputSchema: {}, payloadSchema: {} }] };
      case "events/poll": {
        const from = params.cursor === null ? log.length : Number(params.cursor);
        const cursor = String(log.length);
        return {
          events: log.slice(from),
          cursor,
          truncated: world.truncated,
          hasMore: false,
          nextPollMs: 1000,
        };
      }
      case "events/unsubscribe":
        if (!world.keepsSubscriptions) subscription = undefined;
        return {};
      default: {
        const { url = "", secret = "" } = params.delivery ?? {};
        const isNew = subscription === undefined;
        const position = params.cursor == null ? log.length : Number(params.cursor);
        subscription = subscription ?? { url, secret, position, lastError: null };
        subscription.secret = secret;
        if (isNew && (await post({ type: "verification", challenge: "c" }, "msg_verification_1")) !== 200) {
          subscription = undefined;
          throw Object.assign(new Error("no echo"), { code: -32015, data: { reason: "challenge_failed" } });
        }
        const { lastError } = subscription;
        setTimeout(deliver, 20);
        return {
          id: "sub_1",
          refreshBefore: new Date(Date.now() + 3_600_000).toISOString(),
          cursor: String(subscription.position),
          truncated: false,
          deliveryStatus: { active: true, lastError },
        };
      }
    }
  }

  const { url } = await serve((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", async () => {
      const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      calls.push({ method, cursor: params.cursor });
      const reply = (body: object) => {
        res.writeHead(200, { "content-type": "application/json" });
        res.end(JSON.stringify({ jsonrpc: "2.0", id, ...body }));
      };
      const error = world.errors[method];
      if (error !== undefined) return reply({ error });
      if (method === "events/stream") {
        res.writeHead(200, { "content-type": "text/event-stream" });
        streams.add({ res, id });
        notify("active", { cursor: params.cursor ?? String(log.length), truncated: world.truncated });
        const from = params.cursor === null ? log.length : Number(params.cursor);
        for (let at = from; at < log.length; at += 1)
          notify("event", { ...occurrence(at), cursor: String(at + 1) });
        return;
      }
      try {
        reply({ result: await answer(method, params) });
      } catch (thrown) {
        const { code, message, data } = thrown as { code: number; message: string; data: object };
        reply({ error: { code, message, data } });
      }
    });
  });

  function notify(kind: string, params: object): void {
    for (const { res, id } of streams) {
      const _meta = { "io.modelcontextprotocol/subscriptionId": id };
      const message = {
        jsonrpc: "2.0",
        method: `notifications/events/${kind}`,
        params: { ...params, _meta },
      };
      res.write(`data: ${JSON.stringify(message)}\n\n`);
    }
  }

  return {
    url,
    name,
    world,
    calls,
    post,
    notify,
    /** Something happens. Resolves when its delivery was tried. */
    async happen(by: string): Promise<void> {
      log.push({
        eventId: `evt-${log.length + 1}`,
        name,
        timestamp: new Date().toISOString(),
        data: { starred_by: by },
      });
      notify("event", { ...log.at(-1), cursor: String(log.length) });
      await deliver();
    },
  };
}
