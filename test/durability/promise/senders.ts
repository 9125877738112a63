// The senders: how each signs, what it calls its events, and which callbacks are to run for them. Nothing of
// `src/verify` is used to sign.
import { createHash, createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { signedWebhook } from "earshot/testing";
import { NUMBER_HEADER } from "./callbacks.js";

/** One event of a request. */
export interface Sent {
  readonly number: number;
  /** The id of its record, where it can be known. */
  readonly id?: string;
  /** Names of the callbacks that ask for it. A list in the list: one of these names is enough. */
  readonly asks: readonly (string | readonly string[])[];
  /** Dead in the end, whatever runs. */
  readonly dead?: true;
}

export interface Request {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly events: readonly Sent[];
}

/** Makes requests, each with new events, numbered by the caller. */
export interface Sender {
  readonly name: string;
  /** Requests of it under way at one time. Two equal bodies of a sender without ids at one time are one event. */
  readonly inFlight: number;
  /** Whether a request may be sent again: it has ids, so that its events are known. */
  readonly repeats: boolean;
  /** Whether several requests may be equal: such events differ in nothing but that they were sent. */
  readonly alike?: true;
  /** @param next gives the number of a new event @param random from 0 up to but without 1 */
  make(next: () => number, random: () => number): Request;
  /** The same events again, as the sender's own retry has them. Default: the same request. */
  again?(request: Request): Request;
}

export const secret = "8f14e45fceea167a5a36dedd4bea2543";
export const otherSecret = "0cc175b9c0f1b6a831c399e269772661";
const key = Buffer.from("0123456789abcdef0123456789abcdef");
const otherKey = Buffer.from("fedcba9876543210fedcba9876543210");
export const whsec = `whsec_${key.toString("base64")}`;
export const otherWhsec = `whsec_${otherKey.toString("base64")}`;
export const PUBLIC_URL = "https://hooks.example.com/hubspot";

const mac = (from: string | Buffer, content: string, encoding: "hex" | "base64" = "hex") =>
  createHmac("sha256", from).update(content).digest(encoding);
const seconds = () => String(Math.floor(Date.now() / 1000));
const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

/** Ids that all senders count for themselves: the first event of each has the same. */
function counted(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `evt_${count}`;
  };
}

function github(): Sender {
  const newId = counted();
  return {
    name: "github (JSON and forms)",
    inFlight: 4,
    repeats: true,
    make(next, random) {
      const number = next();
      const json = JSON.stringify({ action: "opened", number });
      const isForm = random() < 0.3;
      const body = isForm ? `payload=${encodeURIComponent(json)}` : json;
      const headers = {
        ...(isForm ? FORM_TYPE : JSON_TYPE),
        "x-github-event": "issues",
        "x-github-delivery": newId(),
        "x-hub-signature-256": `sha256=${mac(secret, body)}`,
      };
      return { path: "/hooks/github", headers, body, events: [{ number, asks: ["onGithub"] }] };
    },
  };
}

function stripe(): Sender {
  const newId = counted();
  const signed = (body: string): Request["headers"] => {
    const time = seconds();
    return { ...JSON_TYPE, "stripe-signature": `t=${time},v1=${mac(secret, `${time}.${body}`)}` };
  };
  return {
    name: "stripe (ids in the body)",
    inFlight: 4,
    repeats: true,
    make(next, random) {
      const number = next();
      const id = newId();
      const chance = random();
      const type = chance < 0.02 ? "poison" : chance < 0.5 ? "charge.succeeded" : "charge.failed";
      const body = JSON.stringify({ id, type, number });
      const more = { poison: ["onPoison"], "charge.succeeded": ["onCharge"], "charge.failed": [] }[type];
      const event: Sent = {
        number,
        id: `stripe:${id}@/hooks/stripe`,
        // What fails always never runs to its end.
        asks: type === "poison" ? ["onStripe"] : ["onStripe", ...more],
        ...(type === "poison" ? { dead: true } : {}),
      };
      return { path: "/hooks/stripe", headers: signed(body), body, events: [event] };
    },
    again: (request) => ({ ...request, headers: signed(request.body) }),
  };
}

function slack(): Sender {
  const newId = counted();
  const signed = (body: string): Request["headers"] => {
    const time = seconds();
    return {
      ...JSON_TYPE,
      "x-slack-request-timestamp": time,
      "x-slack-signature": `v0=${mac(secret, `v0:${time}:${body}`)}`,
    };
  };
  return {
    name: "slack",
    inFlight: 4,
    repeats: true,
    make(next) {
      const number = next();
      const body = JSON.stringify({
        type: "event_callback",
        event_id: newId(),
        event: { type: "message", text: "ok" },
        number,
      });
      return { path: "/hooks/slack", headers: signed(body), body, events: [{ number, asks: ["onMessage"] }] };
    },
    again: ({ headers: _headers, ...request }) => ({
      ...request,
      headers: { ...signed(request.body), "x-slack-retry-num": "1" },
    }),
  };
}

const hubspotKinds = [
  ["contact.creation", "onContact"],
  ["contact.deletion", "onContact"],
  ["deal.creation", "onDeal"],
] as const;

function hubspot(): Sender {
  const newId = counted();
  const signed = (body: string): Request["headers"] => {
    const time = String(Date.now());
    return {
      ...JSON_TYPE,
      "x-hubspot-request-timestamp": time,
      "x-hubspot-signature-v3": mac(secret, `POST${PUBLIC_URL}${body}${time}`, "base64"),
    };
  };
  return {
    name: "hubspot (lists of several kinds)",
    inFlight: 3,
    repeats: true,
    make(next, random) {
      const events: Sent[] = [];
      const elements: object[] = [];
      for (let left = 1 + Math.floor(random() * 4); left > 0; left -= 1) {
        const number = next();
        const [kind, name] = hubspotKinds[Math.floor(random() * hubspotKinds.length)] ?? hubspotKinds[0];
        const facts = {
          portalId: 1,
          subscriptionId: 2,
          eventId: newId(),
          objectId: 3,
          occurredAt: 1_700_000_000_000,
        };
        elements.push({ ...facts, subscriptionType: kind, attemptNumber: 0, number });
        events.push({ number, asks: [name] });
      }
      const body = JSON.stringify(elements);
      return { path: "/hubspot", headers: signed(body), body, events };
    },
    again(request) {
      const body = request.body.replaceAll('"attemptNumber":0', '"attemptNumber":1');
      return { ...request, body, headers: signed(body) };
    },
  };
}

function asana(): Sender {
  return {
    name: "asana (lists without ids)",
    inFlight: 2,
    repeats: false,
    make(next, random) {
      const events: Sent[] = [];
      const elements: object[] = [];
      for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) {
        const number = next();
        elements.push({ action: "changed", resource: { gid: "1", resource_type: "task" }, number });
        events.push({ number, asks: ["onTask"] });
      }
      const body = JSON.stringify({ events: elements });
      return {
        path: "/hooks/asana",
        headers: { ...JSON_TYPE, "x-hook-signature": mac(secret, body) },
        body,
        events,
      };
    },
  };
}

/** Two routes of one kind, whose senders count alike and sign with secrets of their own. */
function standard(name: string, path: string, from: Buffer, callback: string): Sender {
  const newId = counted();
  return {
    name,
    inFlight: 3,
    repeats: true,
    make(next) {
      const number = next();
      const id = newId();
      const time = seconds();
      const body = JSON.stringify({ type: "invoice.paid", number });
      const headers = {
        ...JSON_TYPE,
        "webhook-id": id,
        "webhook-timestamp": time,
        "webhook-signature": `v1,${mac(from, `${id}.${time}.${body}`, "base64")}`,
      };
      return { path, headers, body, events: [{ number, asks: [callback] }] };
    },
  };
}

function svix(): Sender {
  const newId = counted();
  return {
    name: "svix (some that nothing asks for)",
    inFlight: 3,
    repeats: true,
    make(next, random) {
      const number = next();
      const id = newId();
      const time = seconds();
      const isWanted = random() < 0.9;
      const body = JSON.stringify({ type: isWanted ? "user.created" : "user.forgotten", number });
      const headers = {
        ...JSON_TYPE,
        "svix-id": id,
        "svix-timestamp": time,
        "svix-signature": `v1,${mac(key, `${id}.${time}.${body}`, "base64")}`,
      };
      const event = { number, id: `clerk:${id}@/hooks/clerk`, asks: isWanted ? ["onUser"] : [] };
      return { path: "/hooks/clerk", headers, body, events: [event] };
    },
  };
}

/** A body says no more than that something happened. Each is an event, though many are alike. */
function ticker(): Sender {
  let number: number | undefined;
  return {
    name: "hmac without ids (bodies that are alike)",
    inFlight: 1,
    repeats: false,
    alike: true,
    make(next, random) {
      if (number === undefined || random() < 0.2) number = next();
      const body = JSON.stringify({ type: "tick", number });
      const headers = { ...JSON_TYPE, "x-signature": mac(secret, body) };
      return {
        path: "/hooks/ticker",
        headers,
        body,
        events: [{ number, asks: [["onTick", "onTickRenamed"]] }],
      };
    },
  };
}

function drive(): Sender {
  return {
    name: "token (empty bodies, facts in headers)",
    inFlight: 3,
    repeats: false,
    make(next) {
      const number = next();
      const headers = {
        "x-goog-channel-token": secret,
        "x-goog-resource-state": "change",
        [NUMBER_HEADER]: String(number),
      };
      return { path: "/hooks/drive", headers, body: "", events: [{ number, asks: ["onChange"] }] };
    },
  };
}

function forms(): Sender {
  return {
    name: "hmac (forms)",
    inFlight: 2,
    repeats: false,
    make(next) {
      const number = next();
      const body = new URLSearchParams({ name: "Ada & Co", number: String(number) }).toString();
      const headers = { ...FORM_TYPE, "x-signature": mac(secret, body) };
      return { path: "/hooks/forms", headers, body, events: [{ number, asks: ["onForm"] }] };
    },
  };
}

function plain(): Sender {
  return {
    name: "hmac (text)",
    inFlight: 2,
    repeats: false,
    make(next) {
      const number = next();
      const body = `the order number=${number} has come`;
      const headers = { "content-type": "text/plain", "x-signature": mac(secret, body) };
      return { path: "/hooks/plain", headers, body, events: [{ number, asks: ["onText"] }] };
    },
  };
}

/** Webhooks in the platform's own shape, some of which are no events. */
function platform(platformSecret: string): Sender {
  const newId = counted();
  return {
    name: "the platform's webhooks (log ids that come twice)",
    inFlight: 3,
    repeats: true,
    make(next, random) {
      const number = next();
      if (random() < 0.02) {
        const body = JSON.stringify({ no: "event", number });
        const id = `msg_${number}`;
        const time = seconds();
        const headers = {
          ...JSON_TYPE,
          "webhook-id": id,
          "webhook-timestamp": time,
          "webhook-signature": `v1,${mac(platformSecret, `${id}.${time}.${body}`, "base64")}`,
        };
        const digest = createHash("sha256").update(body).digest("hex");
        const event: Sent = { number, id: `undecodable:${digest}@/webhook`, asks: [], dead: true };
        return { path: "/webhook", headers, body, events: [event] };
      }
      const { headers, body } = signedWebhook({
        secret: platformSecret,
        triggerName: "SLACK_RECEIVE_MESSAGE",
        payload: { text: "by hand", number },
        logId: newId(),
      });
      return { path: "/webhook", headers, body, events: [{ number, asks: ["onTrigger"] }] };
    },
  };
}

/** Everyone who sends over HTTP. The platform's own events come beside them. */
export function allSenders(platformSecret: string): readonly Sender[] {
  return [
    github(),
    stripe(),
    slack(),
    hubspot(),
    asana(),
    standard("Standard Webhooks, one route", "/standard/one", key, "onOne"),
    standard("Standard Webhooks, another route", "/standard/two", otherKey, "onTwo"),
    svix(),
    ticker(),
    drive(),
    forms(),
    plain(),
    platform(platformSecret),
  ];
}
