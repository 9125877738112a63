import { TRIGGER_EVENT, triggerChannel } from "../../protocol/pusher.js";
import { ACCOUNT_EXPIRED, TRIGGER_DISABLED } from "../../protocol/shapes.js";
import { nowIso, type PlatformContext } from "../context.js";
import { accountExpiredShape, triggerDisabledShape } from "../shapes.js";
import type { Account } from "../state/accounts.js";
import type { Instance } from "../state/instances.js";
import { setEnabled } from "./triggers.js";

/** After this reason the instance is enabled again with its account. */
export const CONNECTION_EXPIRED = "connection_expired";

/**
 * Disables an instance as the platform does by itself, and sends the event about it: on the channel of generation 3,
 * and by webhook if the subscription has it.
 *
 * @param reason `connection_expired`, `subscription_auth_failure`, …
 */
export function disableByPlatform(context: PlatformContext, instance: Instance, reason: string): Instance {
  const account = context.state.accounts.get(instance.accountUuid);
  if (instance.disabledAt !== null || account === undefined) return instance;
  const disabled = setEnabled(context, instance, false, reason);
  send(context, TRIGGER_DISABLED, (about) =>
    triggerDisabledShape({ ...about, instance: disabled, account, reason }),
  );
  return disabled;
}

/** Sends the event about an expired account, and disables its trigger instances; enables those again that it disabled. */
export function followAccount(context: PlatformContext, account: Account, before: Account): void {
  const instances = context.state.instances.all().filter(({ accountUuid }) => accountUuid === account.uuid);
  if (account.status === "EXPIRED" && before.status !== "EXPIRED") {
    send(context, ACCOUNT_EXPIRED, (about) =>
      accountExpiredShape({ ...about, appName: account.appName, account }),
    );
    for (const instance of instances) disableByPlatform(context, instance, CONNECTION_EXPIRED);
  }
  if (account.status !== "ACTIVE" || before.status === "ACTIVE") return;
  for (const instance of instances) {
    if (instance.disabledReason === CONNECTION_EXPIRED) setEnabled(context, instance, true);
  }
}

/** Events about the setup come in shape V3 only. */
function send(
  context: PlatformContext,
  type: string,
  shapeOf: (about: {
    messageId: string;
    timestamp: string;
    project: { projectId: string; orgId: string };
  }) => object,
): void {
  const { realtime, sender, state } = context;
  const { project, settings } = state;
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
