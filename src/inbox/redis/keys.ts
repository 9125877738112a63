import { createHash } from "node:crypto";
import { isBatch } from "../batch.js";
import type { Entry } from "../contract.js";

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

  get unmatched(): string {
    return `${this.base}unmatched`;
  }

  get number(): string {
    return `${this.base}number`;
  }

  get batches(): string {
    return `${this.base}batches`;
  }

  get marks(): string {
    return `${this.base}marks`;
  }

  /** Where BullMQ's workers wait for something to do. */
  get marker(): string {
    return `${this.queue}marker`;
  }

  identity(id: string): string {
    return `${this.base}i:${hash(id)}`;
  }

  job(jobId: string): string {
    return this.queue + jobId;
  }

  get completed(): string {
    return `${this.queue}completed`;
  }

  get failed(): string {
    return `${this.queue}failed`;
  }
}

/** A name for any text. By way of JSON, because UTF-8 makes one of all lone surrogates. */
export function hash(text: string): string {
  return createHash("sha256").update(JSON.stringify(text)).digest("base64url");
}

/** What a record is found by, as scripts need it. */
export interface RecordKeys {
  readonly id: string;
  readonly orderKey?: string | undefined;
  /** The content digest of a copy, in records of an earlier version. */
  readonly twin?: string | undefined;
}

/** What a script is told of a record. */
export function recordArguments(jobId: string, { id, orderKey, twin }: RecordKeys): string[] {
  return [
    jobId,
    hash(id),
    orderKey === undefined ? "" : hash(orderKey),
    twin === undefined ? "" : `t:${hash(twin)}${id.startsWith("sha256:") ? ` d:${hash(twin)}` : ""}`,
  ];
}

/** The arguments that a script on one record begins with. */
export function scriptArguments(jobId: string, record: RecordKeys, nowMs: number): string[] {
  return [String(nowMs), ...recordArguments(jobId, record)];
}

/** What the scripts of a `store` are told of an entry. @param dead the state of a record that is dead from the start */
export function entryArguments(jobId: string, entry: Entry, dead: string): string[] {
  const { id, orderKey, keys, body } = entry;
  const others = new Set(keys);
  others.delete(id);
  return [
    ...recordArguments(jobId, { id, orderKey }),
    [...others].map(hash).join(" "),
    dead === "" ? contentArgument(entry) : "",
    String(typeof body === "string" ? Buffer.byteLength(body) : body.byteLength),
    dead,
    dead === "" ? storeMode(entry) : "",
  ];
}

function storeMode(entry: Entry): string {
  // The events of a batch are stored already.
  if (isBatch(entry)) return "always";
  return entry.redelivers === true ? "1" : "";
}

function contentArgument({ content }: Entry): string {
  if (content === undefined || content.hashes.length === 0) return "";
  const hashes = [...new Set(content.hashes)].map((one) => hash(one).slice(0, 22));
  return [
    content.hasId ? "1" : "0",
    content.since,
    content.until,
    content.at,
    hash(content.channel).slice(0, 12),
    hashes.join(","),
  ].join(" ");
}

/** A hash as Redis answers it to a script: names and values by turns. */
export function hashFields(hash: unknown): Record<string, string> | undefined {
  if (!Array.isArray(hash) || hash.length === 0) return undefined;
  const fields: Record<string, string> = {};
  for (let at = 0; at < hash.length; at += 2) fields[String(hash[at])] = String(hash[at + 1]);
  return fields;
}
