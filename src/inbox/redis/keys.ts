import { createHash } from "node:crypto";
import { DIGEST_PREFIX, type Identity } from "../../model/identity.js";

/** The queue's name, as BullMQ's tools show it. */
export const QUEUE = "events";

/** Where everything lies under one prefix. */
export class Keys {
  /** What our own keys begin with. */
  readonly base: string;
  /** What the queue's keys begin with. */
  readonly queue: string;

  constructor(prefix: string) {
    this.base = `${prefix}:inbox:`;
    this.queue = `${prefix}:${QUEUE}:`;
  }

  get index(): string {
    return `${this.base}index`;
  }

  get marks(): string {
    return `${this.base}marks`;
  }

  identity(id: string): string {
    return `${this.base}i:${hash(id)}`;
  }

  job(jobId: string): string {
    return this.queue + jobId;
  }
}

/** A name for any text. By way of JSON, because UTF-8 makes one of all lone surrogates. */
export function hash(text: string): string {
  return createHash("sha256").update(JSON.stringify(text)).digest("base64url");
}

/** What a script is told of a record. */
export function recordArguments(
  jobId: string,
  { id, twin, orderKey }: Identity & { readonly orderKey: string | undefined },
): string[] {
  return [
    jobId,
    hash(id),
    twin === undefined ? "" : hash(twin),
    id.startsWith(DIGEST_PREFIX) ? "1" : "0",
    orderKey === undefined ? "" : hash(orderKey),
  ];
}

/** The arguments that a script on one record begins with. */
export function scriptArguments(
  jobId: string,
  record: Parameters<typeof recordArguments>[1],
  nowMs: number,
): string[] {
  return [String(nowMs), ...recordArguments(jobId, record)];
}
