import type { TriggerLog } from "../../model/trigger-log.js";
import type { AccountCalls, InstanceCalls } from "../dialect.js";
import type { ConnectedAccount } from "../types.js";

/** Where the facts are that the log leaves out. */
export interface FactCalls {
  readonly instances: Pick<InstanceCalls, "active">;
  readonly accounts: Pick<AccountCalls, "list">;
}

const any: readonly string[] = [];
const anyTrigger = {
  triggerIds: any,
  triggerNames: any,
  connectedAccountIds: any,
  integrationIds: any,
  entityIds: any,
  showDisabled: true,
};
const anyAccount = {
  entityIds: any,
  appNames: any,
  integrationIds: any,
  connectedAccountIds: any,
  statuses: any,
};

/**
 * The log of generation 1 names neither trigger instance nor entity. Without them a line would be known neither
 * as a copy of what was heard nor by a filter for either, so they are looked up: the entity by the connection,
 * the instance where the connection has one alone of this trigger.
 */
export async function lineFacts(
  { instances, accounts }: FactCalls,
  signal: AbortSignal | undefined,
): Promise<(line: TriggerLog) => TriggerLog> {
  const accountOf = new Map<string, ConnectedAccount>();
  for await (const page of accounts.list(anyAccount, signal)) {
    for (const account of page) accountOf.set(account.id, account);
  }
  const triggersOf = new Map<string, string[]>();
  for await (const page of instances.active(anyTrigger, signal)) {
    for (const { id, triggerName, connectedAccountId } of page) {
      const key = keyOf(triggerName, connectedAccountId);
      triggersOf.set(key, [...(triggersOf.get(key) ?? []), id]);
    }
  }
  return (line) => {
    const account = accountOf.get(line.connectionId ?? "");
    const ids = triggersOf.get(keyOf(line.triggerName, line.connectionId)) ?? [];
    return {
      ...line,
      triggerId: line.triggerId ?? (ids.length === 1 ? ids[0] : undefined),
      integrationId: line.integrationId ?? account?.integrationId,
      entityId: line.entityId ?? account?.entityId,
    };
  };
}

function keyOf(triggerName: string, connectionId: string | undefined): string {
  return `${triggerName.toUpperCase()}\n${connectionId ?? ""}`;
}
