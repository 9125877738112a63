import { type Clock, sleep } from "../../base/clock.js";
import { EarshotError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import { messageOf } from "../../base/message-of.js";
import { equalJitterMs } from "../../base/retry.js";
import { VERSION } from "../../base/version.js";
import type { Alert, AlertSettings } from "../../settings/alerts.js";

const TRIES = 4;
const pauses = { baseMs: 1000, capMs: 30_000 };
const TRY_TIMEOUT_MS = 10_000;
/** Alerts that wait for an endpoint that is away. */
const MAX_WAITING = 100;
/** What `stop()` waits for, milliseconds. */
const STOP_MS = 2000;

/** Posts alerts to a URL, one after the other: in the form of Slack's incoming webhooks, signed as Standard Webhooks. */
export class AlertWebhook {
  readonly #target: NonNullable<AlertSettings["webhook"]>;
  readonly #clock: Clock;
  readonly #send: (event: ListenerEvent) => void;
  readonly #ending = new AbortController();
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(
    target: NonNullable<AlertSettings["webhook"]>,
    clock: Clock,
    send: (event: ListenerEvent) => void,
  ) {
    this.#target = target;
    this.#clock = clock;
    this.#send = send;
  }

  /** Returns at once. An alert that cannot be posted becomes a warning. */
  post(alert: Alert): void {
    if (this.#waiting >= MAX_WAITING) return;
    this.#waiting += 1;
    this.#last = this.#last
      .then(() => this.#deliver(alert))
      .catch((thrown: unknown) => {
        const { origin } = new URL(this.#target.url);
        const message = `The alert "${alert.alert}" could not be posted to ${origin}: ${messageOf(thrown)}`;
        this.#send({ type: "warning", error: new EarshotError("ERR_ALERT", message) });
      })
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** Gives what is under way a moment, and no further tries. */
  async stop(): Promise<void> {
    const timer = this.#clock.after(STOP_MS, () => this.#ending.abort(new Error("the listener has stopped")));
    await this.#last;
    timer.clear();
    this.#ending.abort();
  }

  async #deliver(alert: Alert): Promise<void> {
    const id = `alert_${globalThis.crypto.randomUUID()}`;
    const body = JSON.stringify({
      text: `${alert.state === "raised" ? "🔴 Alert" : "🟢 Cleared"}: ${escaped(alert.alert)}. ${escaped(alert.message)}`,
      alert: { ...alert, since: alert.since.toISOString() },
    });
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#try(id, body);
        return;
      } catch (error) {
        if (tries >= TRIES || this.#ending.signal.aborted) throw error;
        await sleep(this.#clock, equalJitterMs(pauses, tries), this.#ending.signal);
      }
    }
  }

  async #try(id: string, body: string): Promise<void> {
    const { url, secret } = this.#target;
    const limit = new AbortController();
    const timer = this.#clock.after(TRY_TIMEOUT_MS, () => limit.abort(new Error("no response within 10 s")));
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "user-agent": `earshot/${VERSION}`,
          ...(secret === undefined
            ? {}
            : await signed(secret, id, Math.floor(this.#clock.now() / 1000), body)),
        },
        body,
        // A redirect would send the alert to another server.
        redirect: "manual",
        signal: AbortSignal.any([limit.signal, this.#ending.signal]),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the response was ${response.status}`);
    } finally {
      timer.clear();
    }
  }
}

/** Slack reads these as markup: `<!channel>` calls everybody. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The headers of Standard Webhooks: HMAC-SHA256 of `{id}.{seconds}.{body}`. */
async function signed(secret: string, id: string, seconds: number, body: string) {
  const text = new TextEncoder();
  const isEncoded = secret.startsWith("whsec_");
  const bytes = isEncoded
    ? Uint8Array.from(atob(secret.slice("whsec_".length)), (one) => one.charCodeAt(0))
    : text.encode(secret);
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await subtle.sign("HMAC", key, text.encode(`${id}.${seconds}.${body}`));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`,
  };
}
