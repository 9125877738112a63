import type { WebhookVersion } from "../../protocol/shapes.js";
import { type Ids, stableNano, stableUuid } from "./ids.js";

/** The one project that the local platform has, which generation 1 calls the client. */
export interface Project {
  /** Generation 3's UUID of it. */
  readonly uuid: string;
  /** Generation 3's id, `pr_…`: names its realtime channel. */
  readonly id: string;
  /** Generation 1's id, a UUID: names its realtime channel there. */
  readonly clientId: string;
  /** Generation 1's number for the same. */
  readonly clientNumber: number;
  readonly orgId: string;
  readonly name: string;
  readonly email: string;
  /** What realtime connections name in their URL. */
  readonly appKey: string;
  /** Signs channel authorizations; never leaves the platform. */
  readonly appSecret: string;
  /** ISO 8601 */
  readonly createdAt: string;
}

/** Where webhooks go, and in which shape. One a project, whichever generation's call set it. */
export interface WebhookSubscription {
  readonly id: string;
  readonly url: string;
  readonly version: WebhookVersion;
  readonly enabledEvents: readonly string[];
  /** ISO 8601 */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Receives the events of an OAuth app of the user's own. */
export interface InboundEndpoint {
  /** `we_…` */
  readonly id: string;
  /** The app's slug, in lower case. */
  readonly appName: string;
  readonly clientId: string;
  /** The app's secrets; empty before they are stored. */
  readonly fields: Readonly<Record<string, string>>;
  /** ISO 8601; null until the app has verified the URL. */
  readonly verifiedAt: string | null;
  /** Whether the app has sent its challenge: there is one. */
  readonly isChallenged: boolean;
  /** ISO 8601 */
  readonly createdAt: string;
}

/** What of the project's settings can change. */
export interface ProjectSettings {
  /** Keys the signature of webhooks; the same before and after there is a subscription. */
  readonly webhookSecret: string;
  /** What generation 1's `update_webhook_format` chose: the V2 shape where true, V1 where false. */
  readonly newWebhook: boolean;
  readonly subscription: WebhookSubscription | undefined;
  readonly endpoints: readonly InboundEndpoint[];
}

/**
 * @param appKey published clients of generation 1 have the key built in, so it is not ours to choose
 * @param nowIso ISO 8601
 */
export function newProject(ids: Ids, appKey: string, nowIso: string): Project {
  return {
    uuid: stableUuid("project"),
    id: stableNano("pr", "project"),
    clientId: stableUuid("client"),
    clientNumber: 1,
    orgId: stableNano("ok", "organisation"),
    name: "local",
    email: "dev@localhost",
    appKey,
    appSecret: ids.secret(20),
    createdAt: nowIso,
  };
}

export function newProjectSettings(ids: Ids): ProjectSettings {
  return { webhookSecret: ids.secret(32), newWebhook: false, subscription: undefined, endpoints: [] };
}
