// How the three webhook senders sign. Nothing of `src/verify` is used for it.
import { createHmac } from "node:crypto";
import { type Agent, request } from "node:http";
import { type KindName, kinds, NUMBERS_OF_AN_ISSUE, secret, whsec } from "./kinds.js";

/** Body of an event, without its signature: each try is signed anew, as senders do. */
export interface Delivery {
  readonly path: string;
  readonly body: string;
  readonly headers: () => Record<string, string>;
}

/** About as long as the fields that a sender adds. */
const FILLER = "lorem ipsum dolor sit amet ".repeat(32);
const key = Buffer.from(whsec.slice("whsec_".length), "base64");
const seconds = () => String(Math.floor(Date.now() / 1000));
const mac = (from: string | Buffer, content: string, encoding: "hex" | "base64") =>
  createHmac("sha256", from).update(content).digest(encoding);

/**
 * The request of an event.
 *
 * @param more members of the payload, besides those that its kind has
 */
export function deliveryOf(kind: KindName, number: number, more: Record<string, unknown> = {}): Delivery {
  const { sender, event } = kinds[kind];
  const json = { "content-type": "application/json" };
  if (sender === "github") {
    const issue = { number: Math.floor(number / NUMBERS_OF_AN_ISSUE), body: FILLER };
    const about = kind === "push" ? { ref: "refs/heads/main", filler: FILLER } : { action: "edited", issue };
    const body = JSON.stringify({ number, ...about, ...more });
    return {
      path: "/webhooks/github",
      body,
      headers: () => ({
        ...json,
        "x-github-event": event,
        "x-github-delivery": `delivery-${number}`,
        "x-hub-signature-256": `sha256=${mac(secret, body, "hex")}`,
      }),
    };
  }
  if (sender === "stripe") {
    const data = { object: { amount: 100 + (number % 1000), description: FILLER } };
    const body = JSON.stringify({ id: `evt_${number}`, type: event, data, number, ...more });
    return {
      path: "/webhooks/stripe",
      body,
      headers: () => {
        const time = seconds();
        return { ...json, "stripe-signature": `t=${time},v1=${mac(secret, `${time}.${body}`, "hex")}` };
      },
    };
  }
  const id = `msg_${number}`;
  const body = JSON.stringify({ type: event, number, filler: FILLER, ...more });
  return {
    path: "/webhooks/billing",
    body,
    headers: () => {
      const time = seconds();
      return {
        ...json,
        "webhook-id": id,
        "webhook-timestamp": time,
        "webhook-signature": `v1,${mac(key, `${id}.${time}.${body}`, "base64")}`,
      };
    },
  };
}

/** @param agent false for a connection that is used once @returns the status; 0 where no response came */
export function post(url: string, { path, body, headers }: Delivery, agent: Agent | false): Promise<number> {
  return new Promise((resolve) => {
    const sending = request(`${url}${path}`, { agent, method: "POST", headers: headers(), timeout: 20_000 });
    sending.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(0));
    });
    sending.on("timeout", () => sending.destroy(new Error("timed out")));
    sending.on("error", () => resolve(0));
    sending.end(body);
  });
}
