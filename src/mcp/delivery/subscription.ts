import { createHash } from "node:crypto";
import { isJsonObject, type JsonObject, type JsonSchema } from "../../model/json.js";
import type { McpPrincipal } from "../principal.js";
import type { DeliveryError } from "./webhook-sender.js";

/** A webhook subscription, as its subscriber made it. */
export interface McpSubscription {
  readonly id: string;
  readonly principal: McpPrincipal;
  readonly url: string;
  readonly name: string;
  readonly args: JsonObject;
  /** The schema of the events' data when it began. */
  readonly payloadSchema?: JsonSchema | undefined;
  readonly secret: string;
  /** The secret before, and until when deliveries are signed with it too (epoch milliseconds). */
  readonly previous?: { readonly secret: string; readonly until: number } | undefined;
  /** Changes where it begins anew at `start`. */
  readonly generation: string;
  /** The position after which it begins. */
  readonly start: number;
  /** Epoch milliseconds: only events received at or after this. */
  readonly notBefore?: number | undefined;
  /** Epoch milliseconds; `null` for no end. */
  readonly expiresAt: number | null;
  /** Changes with each refresh, which ends a suspension. */
  readonly refreshedAt: number;
}

/** How far the deliveries of a subscription are. */
export interface DeliveryProgress {
  readonly generation: string;
  /** Everything up to here is acknowledged or given up. */
  readonly position: number;
  /** Whether events were given up, or were gone, of which the endpoint has not been told. */
  readonly hasGap: boolean;
  /** Epoch milliseconds. */
  readonly lastDeliveryAt?: number | undefined;
  readonly lastError?: DeliveryError | undefined;
  /** Since when every delivery failed, epoch milliseconds. */
  readonly failedSince?: number | undefined;
  /** `refreshedAt` of the subscription that was suspended. */
  readonly suspendedAt?: number | undefined;
}

/** Names a subscription by what makes it one: the same request has the same id. */
export function subscriptionId(principal: string, url: string, name: string, args: JsonObject): string {
  const key = JSON.stringify([principal, url, name, sorted(args)]);
  return `sub_${createHash("sha256").update(key).digest("hex")}`;
}

/** Objects with their members in the order of their names. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).sort();
  // As pairs: a member may be called __proto__.
  return { object: names.map((name) => [name, sorted(value[name])]) };
}

/** The secrets that sign now, newest first. */
export function secretsOf({ secret, previous }: McpSubscription, nowMs: number): readonly string[] {
  return previous === undefined || previous.until <= nowMs ? [secret] : [secret, previous.secret];
}

export function isExpired({ expiresAt }: McpSubscription, nowMs: number): boolean {
  return expiresAt !== null && expiresAt <= nowMs;
}
