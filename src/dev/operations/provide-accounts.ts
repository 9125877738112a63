import { nowIso, type PlatformContext } from "../context.js";

/** The state is bounded. */
const MOST_ACCOUNTS = 100_000;
const LONGEST_USER_ID = 500;

/**
 * Gives each user that has no account yet an active account of every app, so that programs with users of their own run
 * as they are. Does nothing where the platform was started without accounts on demand.
 *
 * @param userIds of either generation's name, entity or user
 */
export function provideAccounts(context: PlatformContext, userIds: readonly string[] | undefined): void {
  const { accounts } = context.state;
  if (!context.accountsOnDemand || userIds === undefined) return;
  const now = nowIso(context);
  let isChanged = false;
  for (const userId of userIds) {
    if (userId === "" || userId.length > LONGEST_USER_ID || accounts.hasUser(userId)) continue;
    const { apps } = context.types;
    if (accounts.size + apps.length > MOST_ACCOUNTS) break;
    for (const { name } of apps) accounts.seed({ appName: name, userId }, now);
    isChanged = true;
  }
  if (isChanged) context.state.changed();
}
