import { EarshotError } from "../base/errors.js";
import type { CatalogTrigger } from "../catalog/types.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import { TRIGGER_EVENT, triggerChannel } from "../protocol/pusher.js";
import { V3_TRIGGER_MESSAGE } from "../protocol/shapes.js";
import { nowIso, type PlatformContext } from "./context.js";
import type { FiredEvent } from "./fired.js";
import type { PayloadMaker } from "./payload.js";
import type { RealtimeServer } from "./realtime/server.js";
import { realtimeShape, v3Shape, webhookShape } from "./shapes.js";
import type { Account } from "./state/accounts.js";
import type { Instance } from "./state/instances.js";
import type { WebhookSender } from "./webhooks/sender.js";
import type { Subscription } from "./world/app-context.js";

/** What to fire, where the trigger's name does not say it all. Ids are of either generation. */
export interface FireOptions {
  /** The whole payload, exactly as it is. Default: one made up after the trigger's payload schema. */
  readonly data?: JsonObject | undefined;
  /**
   * Members that replace those of the made-up payload. Objects are merged at any depth; arrays, and all else, are
   * replaced. Not together with `data`.
   */
  readonly changes?: JsonObject | undefined;
  /** What the app is supposed to have sent. Default: the same. */
  readonly originalData?: JsonObject | undefined;
  /** Fire only this instance. Default: every enabled one of the trigger. */
  readonly triggerId?: string | undefined;
  /** Fire only for this account. */
  readonly connectedAccountId?: string | undefined;
  /** Fire only for accounts of this user. */
  readonly userId?: string | undefined;
}

/** What was fired: one event for each enabled instance. */
export interface Fired {
  /** The ids of the lines in the event log; what a listener calls `event.id`. */
  readonly logIds: readonly string[];
  readonly events: readonly FiredEvent[];
  /** To how many realtime connections each event went. 0: none was subscribed. */
  readonly connections: number;
  /** Where each event is posted to; `undefined` where no webhook is set up. */
  readonly webhook: string | undefined;
}

/** What an event goes out by. */
export interface Outlets {
  readonly realtime: Pick<RealtimeServer, "publish">;
  readonly sender: Pick<WebhookSender, "send">;
  readonly payloads: PayloadMaker;
}

const members = new Set(["data", "changes", "originalData", "triggerId", "connectedAccountId", "userId"]);

/**
 * Fires a trigger: writes the log line, and sends the event on the channels of both generations and to the
 * webhook. All of it happens before the function returns, so events that are fired one after the other go out
 * in that order.
 *
 * @param name in any case
 * @throws EarshotError ERR_TRIGGER_UNKNOWN; ERR_TRIGGERS_OFF; ERR_TRIGGER_NOT_ENABLED where no enabled instance fits; ERR_OPTION
 */
export function fire(
  context: PlatformContext,
  outlets: Outlets,
  name: string,
  options: FireOptions = {},
): Fired {
  const type = typeOf(context, name);
  checkOptions(options);
  if (!context.triggersEnabled) {
    throw new EarshotError("ERR_TRIGGERS_OFF", `${type.name} cannot fire: the platform's triggers are off.`);
  }
  let connections = 0;
  const events = targets(context, type, options).map(({ instance, account }) => {
    const event = eventOf(context, outlets, type, instance, account, options);
    connections = send(context, outlets, type, event);
    return event;
  });
  const webhook = webhookFor(context)?.url;
  return { logIds: events.map(({ logId }) => logId), events, connections, webhook };
}

/**
 * Fires a trigger with this payload for each enabled instance that fits, as something that has happened does.
 *
 * @returns one event for each of them; none where the platform's triggers are off
 */
export function fireWhere(
  context: PlatformContext,
  outlets: Outlets,
  name: string,
  data: JsonObject,
  fits: (one: Subscription) => boolean,
): readonly FiredEvent[] {
  const type = context.types.get(name);
  if (type === undefined || !context.triggersEnabled) return [];
  const events: FiredEvent[] = [];
  for (const instance of context.state.instances.ofTrigger(type.name)) {
    const account = context.state.accounts.get(instance.accountUuid);
    if (account?.status !== "ACTIVE" || instance.disabledAt !== null) continue;
    if (!fits({ config: instance.config, userId: account.userId })) continue;
    const event = eventOf(context, outlets, type, instance, account, { data });
    send(context, outlets, type, event);
    events.push(event);
  }
  return events;
}

function typeOf(context: PlatformContext, name: unknown): CatalogTrigger {
  const type = typeof name === "string" ? context.types.get(name) : undefined;
  if (type !== undefined) return type;
  const near = typeof name === "string" ? context.types.nearest(name) : undefined;
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  throw new EarshotError("ERR_TRIGGER_UNKNOWN", `The catalog has no trigger ${String(name)}.${hint}`);
}

function checkOptions(options: FireOptions): void {
  const unknown = Object.keys(options).find((key) => !members.has(key));
  if (unknown !== undefined) {
    throw new EarshotError(
      "ERR_OPTION",
      `fire has no option \`${unknown}\`; it has ${[...members].join(", ")}.`,
    );
  }
  for (const key of ["data", "changes", "originalData"] as const) {
    if (options[key] !== undefined && !isJsonObject(options[key])) {
      throw new EarshotError("ERR_OPTION", `\`${key}\` is a JSON object: what the payload is to be.`);
    }
  }
  if (options.data !== undefined && options.changes !== undefined) {
    throw new EarshotError(
      "ERR_OPTION",
      "Give `data`, the whole payload, or `changes` to a sample, not both.",
    );
  }
}

function targets(context: PlatformContext, type: CatalogTrigger, options: FireOptions) {
  const { triggerId, connectedAccountId, userId } = options;
  const found: { readonly instance: Instance; readonly account: Account }[] = [];
  const asleep: string[] = [];
  for (const instance of context.state.instances.ofTrigger(type.name)) {
    const account = context.state.accounts.get(instance.accountUuid);
    if (account === undefined) continue;
    if (triggerId !== undefined && ![instance.uuid, instance.nanoId].includes(triggerId)) continue;
    if (connectedAccountId !== undefined && ![account.uuid, account.nanoId].includes(connectedAccountId))
      continue;
    if (userId !== undefined && account.userId !== userId) continue;
    if (account.status !== "ACTIVE") asleep.push(`the account of ${instance.nanoId} is ${account.status}`);
    else if (instance.disabledAt !== null) asleep.push(`${instance.nanoId} is disabled`);
    else found.push({ instance, account });
  }
  if (found.length > 0) return found;
  const chosen = triggerId !== undefined || connectedAccountId !== undefined || userId !== undefined;
  throw new EarshotError(
    "ERR_TRIGGER_NOT_ENABLED",
    `${type.name} cannot fire: it is not enabled${chosen ? " for what was asked" : ""}${asleep.length > 0 ? ` (${asleep.join("; ")})` : ""}. Enable it first, with toolset.enableTrigger("${type.name}", …) or \`earshot triggers enable ${type.name}\`.`,
  );
}

function eventOf(
  context: PlatformContext,
  { payloads }: Outlets,
  type: CatalogTrigger,
  instance: Instance,
  account: Account,
  { data, changes, originalData }: FireOptions,
): FiredEvent {
  const { project } = context.state;
  const payload =
    data !== undefined
      ? copyOf(data, "data")
      : payloads.make(type, instance.config, changes && copyOf(changes, "changes"));
  return {
    logId: context.ids.nano("log"),
    messageId: `msg_${context.ids.uuid()}`,
    timestamp: nowIso(context),
    triggerName: type.name,
    appName: type.appName.toLowerCase(),
    instance: { uuid: instance.uuid, nanoId: instance.nanoId, config: instance.config },
    account: {
      uuid: account.uuid,
      nanoId: account.nanoId,
      integrationUuid: account.integrationUuid,
      authConfigNanoId: account.authConfigNanoId,
      userId: account.userId,
      status: account.status,
    },
    payload,
    originalPayload: originalData === undefined ? payload : copyOf(originalData, "originalData"),
    project: {
      clientId: project.clientId,
      clientNumber: project.clientNumber,
      projectId: project.id,
      orgId: project.orgId,
    },
  };
}

/** A copy through JSON, as it is sent: later changes of the original do not reach it. */
function copyOf(value: JsonObject, name: string): JsonObject {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch (error) {
    throw new EarshotError("ERR_OPTION", `\`${name}\` cannot be written as JSON: ${String(error)}.`, {
      cause: error,
    });
  }
}

/** About what an event takes in memory besides its payload. */
const EVENT_BYTES = 1_500;

/** @returns to how many realtime connections it went */
function send(
  context: PlatformContext,
  { realtime, sender }: Outlets,
  type: CatalogTrigger,
  event: FiredEvent,
): number {
  const { state, bus } = context;
  const { clientId, id } = state.project;
  const isLegacy = context.realtimeShape === "legacy";
  const legacy = JSON.stringify(realtimeShape(event));
  // The log first: a client that received the event must find it there.
  state.fired(event, type.type, 2 * legacy.length + EVENT_BYTES);
  const sockets =
    realtime.publish(triggerChannel(clientId), TRIGGER_EVENT, legacy) +
    realtime.publish(triggerChannel(id), TRIGGER_EVENT, isLegacy ? legacy : JSON.stringify(v3Shape(event)));
  const webhook = sendWebhook(context, sender, event);
  bus.emit({ type: "fired", event, sockets, webhook });
  return sockets;
}

/**
 * Sends an event to the webhook, where one is set up for it.
 *
 * @returns whether one is
 */
export function sendWebhook(context: PlatformContext, sender: Outlets["sender"], event: FiredEvent): boolean {
  const subscription = webhookFor(context);
  if (subscription === undefined) return false;
  sender.send({
    url: subscription.url,
    secret: context.state.settings.webhookSecret,
    version: subscription.version,
    messageId: event.messageId,
    logId: event.logId,
    body: JSON.stringify(webhookShape(event, subscription.version)),
    orderKey: event.instance.uuid,
  });
  return true;
}

/** The subscription, if it includes events of triggers. */
function webhookFor({ state }: PlatformContext) {
  const { subscription } = state.settings;
  return subscription?.enabledEvents.includes(V3_TRIGGER_MESSAGE) === true ? subscription : undefined;
}
