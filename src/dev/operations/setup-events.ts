import { TRIGGER_EVENT, triggerChannel } from "../../protocol/pusher.js";
import { ACCOUNT_EXPIRED, TRIGGER_DISABLED } from "../../protocol/shapes.js";
import { nowIso, type PlatformContext } from "../context.js";
import type { Outlets } from "../fire.js";
import { accountExpiredShape, triggerDisabledShape } from "../shapes.js";
import type { Account } from "../state/accounts.js";
import type { Instance } from "../state/instances.js";
import { setEnabled } from "./triggers.js";

/** Where the events about the setup go. */
export type SetupOutlets = Pick<Outlets, "realtime" | "sender">;

/** After this reason the instance is enabled again with its account. */
export const CONNECTION_EXPIRED = "connection_expired";

/**
 * Disables an instance as the platform does by itself, and sends the event about it: on the channel of generation 3,
 * and by webhook if the subscription has it.
 *
 * @param reason `connection_expired`, `subscription_auth_failure`, …
 */
export function disableByPlatform(
  context: PlatformContext,
  outlets: SetupOutlets,
  instance: Instance,
  reason: string,
): Instance {
  const account = context.state.accounts.get(instance.accountUuid);
  if (instance.disabledAt !== null || account === undefined) return instance;
  const disabled = setEnabled(context, instance, false, reason);
  send(context, outlets, TRIGGER_DISABLED, (about) =>
    triggerDisabledShape({ ...about, instance: disabled, account, reason }),
  );
  return disabled;
}

/** Sends the event about an expired account, and disables its trigger instances; enables those again that it disabled. */
export function followAccount(
  context: PlatformContext,
  outlets: SetupOutlets,
  account: Account,
  before: Account,
): void {
  const instances = context.state.instances.all().filter(({ accountUuid }) => accountUuid === account.uuid);
  if (account.status === "EXPIRED" && before.status !== "EXPIRED") {
    send(context, outlets, ACCOUNT_EXPIRED, (about) =>
      accountExpiredShape({ ...about, appName: account.appName, account }),
    );
    for (const instance of instances) disableByPlatform(context, outlets, instance, CONNECTION_EXPIRED);
  }
  if (account.status !== "ACTIVE" || before.status === "ACTIVE") return;
  for (const instance of instances) {
    if (instance.disabledReason === CONNECTION_EXPIRED) setEnabled(context, instance, true);
  }
}

/** Events about the setup come in shape V3 only. */
function send(
  context: PlatformContext,
  { realtime, sender }: SetupOutlets,
  type: string,
  shapeOf: (about: {
    messageId: string;
    timestamp: string;
    project: { projectId: string; orgId: string };
  }) => object,
): void {
  const { project, settings } = context.state;
  const messageId = `msg_${context.ids.uuid()}`;
  const body = JSON.stringify(
    shapeOf({
      messageId,
      timestamp: nowIso(context),
      project: { projectId: project.id, orgId: project.orgId },
    }),
  );
  realtime.publish(triggerChannel(project.id), TRIGGER_EVENT, body);
  const { subscription, webhookSecret: secret } = settings;
  if (subscription?.version !== "V3" || !subscription.enabledEvents.includes(type)) return;
  const { url, version } = subscription;
  sender.send({ url, secret, version, messageId, logId: messageId, body });
}
