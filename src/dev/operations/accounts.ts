import { nowIso, type PlatformContext } from "../context.js";
import { ACCOUNT_EXPIRED, accountExpiredShape } from "../shapes/index.js";
import type { Account, AccountStatus } from "../state/accounts.js";
import type { WebhookSender } from "../webhooks/index.js";

/**
 * Changes the state of an account. One that expires is told of by webhook, where the subscription asks for that
 * and is of version V3: the event comes in no other.
 */
export function setAccountStatus(
  context: PlatformContext,
  sender: Pick<WebhookSender, "send">,
  account: Account,
  status: AccountStatus,
): Account {
  const changed: Account = { ...account, status, updatedAt: nowIso(context) };
  context.state.accounts.put(changed);
  context.state.changed();
  const { subscription, webhookSecret } = context.state.settings;
  const wanted = subscription?.version === "V3" && subscription.enabledEvents.includes(ACCOUNT_EXPIRED);
  if (status !== "EXPIRED" || account.status === "EXPIRED" || !wanted) return changed;
  const { project } = context.state;
  const messageId = `msg_${context.ids.uuid()}`;
  const shape = accountExpiredShape({
    messageId,
    timestamp: changed.updatedAt,
    appName: changed.appName,
    account: changed,
    project: {
      clientId: project.clientId,
      clientNumber: project.clientNumber,
      projectId: project.id,
      orgId: project.orgId,
    },
  });
  const body = JSON.stringify(shape);
  const { url, version } = subscription;
  sender.send({ url, secret: webhookSecret, version, messageId, logId: messageId, body });
  return changed;
}
