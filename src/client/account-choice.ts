import { EarshotError } from "../base/errors.js";
import type { AccountCalls } from "./dialect.js";
import type { ConnectedAccount } from "./types.js";

/** What an account is wanted for. */
export interface AccountNeed {
  readonly entityId: string;
  readonly appName: string;
  readonly triggerName: string;
}

/**
 * The one account of an entity that a trigger can use.
 *
 * @throws EarshotError ERR_ACCOUNT_NONE, ERR_ACCOUNT_AMBIGUOUS; both list what there is
 */
export async function chooseAccount(
  accounts: AccountCalls,
  { entityId, appName, triggerName }: AccountNeed,
  signal: AbortSignal | undefined,
): Promise<string> {
  // All states are asked for: an expired account is worth a word in the message.
  const wants = {
    entityIds: [entityId],
    appNames: [appName],
    integrationIds: [],
    connectedAccountIds: [],
    statuses: [],
  };
  const found: ConnectedAccount[] = [];
  for await (const page of accounts.list(wants, signal)) {
    found.push(...page.filter((account) => account.appName === appName));
  }
  const usable = found.filter((account) => account.usable);
  const [first, ...others] = usable;
  const who = `Entity ${JSON.stringify(entityId)}`;
  if (first === undefined) {
    const others = found.map(({ id, status }) => `${id} (${status === "ACTIVE" ? "disabled" : status})`);
    const hint = others.length === 0 ? "" : ` It has ${others.join(", ")}.`;
    throw new EarshotError(
      "ERR_ACCOUNT_NONE",
      `${who} has no active ${appName} account, which ${triggerName} needs.${hint}`,
    );
  }
  if (others.length > 0) {
    const ids = usable.map(({ id }) => id).join(", ");
    throw new EarshotError(
      "ERR_ACCOUNT_AMBIGUOUS",
      `${who} has ${usable.length} active ${appName} accounts, and ${triggerName} can use any of them: ${ids}.`,
    );
  }
  return first.id;
}
