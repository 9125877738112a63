import type { PlatformContext } from "../context.js";
import type { Account } from "../state/accounts.js";
import type { Instance } from "../state/instances.js";

/** A filter of instances: those that fit every list; ids of either generation. */
export interface InstanceFilter {
  readonly accountIds?: readonly string[] | undefined;
  readonly integrationIds?: readonly string[] | undefined;
  readonly triggerIds?: readonly string[] | undefined;
  /** In any case. */
  readonly triggerNames?: readonly string[] | undefined;
  readonly userIds?: readonly string[] | undefined;
  readonly showDisabled: boolean;
}

/** An instance with the account that it is of. */
export interface InstanceOfAccount {
  readonly instance: Instance;
  readonly account: Account;
}

/** Newest first, as the platform lists them. */
export function chosenInstances(context: PlatformContext, filter: InstanceFilter): InstanceOfAccount[] {
  const names = filter.triggerNames?.map((name) => name.toUpperCase());
  const has = (list: readonly string[] | undefined, ...ids: readonly string[]) =>
    list === undefined || ids.some((id) => list.includes(id));
  const found: InstanceOfAccount[] = [];
  for (const instance of context.state.instances.all()) {
    const account = context.state.accounts.get(instance.accountUuid);
    if (account === undefined) continue;
    if (
      (filter.showDisabled || instance.disabledAt === null) &&
      has(filter.triggerIds, instance.uuid, instance.nanoId) &&
      has(names, instance.triggerName.toUpperCase()) &&
      has(filter.accountIds, account.uuid, account.nanoId) &&
      has(filter.integrationIds, account.integrationUuid, account.authConfigNanoId) &&
      has(filter.userIds, account.userId)
    ) {
      found.push({ instance, account });
    }
  }
  return found.reverse();
}
