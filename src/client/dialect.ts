import type { LogDoubt } from "../model/platform.js";
import type { TriggerLog } from "../model/trigger-log.js";
import type { ApiVersion } from "../settings/toolset.js";
import type { ActiveTrigger, ApiKey, ConnectedAccount, EnabledTrigger, Trigger, Webhook } from "./types.js";

/** Lists of ids and names as a dialect takes them: plain arrays, empty for "any". */
type Many = readonly string[];

export interface TriggerWants {
  readonly appNames: Many;
  readonly triggerNames: Many;
  readonly connectedAccountIds: Many;
  readonly integrationIds: Many;
  readonly showEnabledOnly: boolean;
}

export interface ActiveWants {
  readonly triggerIds: Many;
  readonly triggerNames: Many;
  readonly connectedAccountIds: Many;
  readonly integrationIds: Many;
  readonly entityIds: Many;
  readonly showDisabled: boolean;
}

export interface AccountWants {
  readonly entityIds: Many;
  readonly appNames: Many;
  readonly integrationIds: Many;
  readonly connectedAccountIds: Many;
  readonly statuses: Many;
}

/** Times are epoch milliseconds; `since` inclusive, `until` exclusive. */
export interface LogWants {
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly status: "success" | "error" | undefined;
  readonly search: string | undefined;
  /** Where there is one alone, the platform can be asked for it; more are filtered afterwards. */
  readonly connectedAccountIds: Many;
  readonly integrationIds: Many;
  readonly entityIds: Many;
  /** How many lines are wanted at most: a hint for the size of a page. */
  readonly limit: number;
}

type Signal = AbortSignal | undefined;
type PagesOf<Item> = AsyncIterable<readonly Item[]>;

export interface TriggerCalls {
  list(wants: TriggerWants, signal: Signal): PagesOf<Trigger>;
  /** @returns `undefined` where the platform does not know the name */
  get(name: string, signal: Signal): Promise<Trigger | undefined>;
  names(signal: Signal): Promise<readonly string[]>;
}

export interface InstanceCalls {
  enable(
    triggerName: string,
    connectedAccountId: string,
    config: Readonly<Record<string, unknown>>,
    signal: Signal,
  ): Promise<EnabledTrigger>;
  setEnabled(triggerId: string, enabled: boolean, signal: Signal): Promise<void>;
  delete(triggerId: string, signal: Signal): Promise<void>;
  active(wants: ActiveWants, signal: Signal): PagesOf<ActiveTrigger>;
}

export interface LogCalls {
  /** Newest first. What the platform cannot filter by comes unfiltered, except the times. */
  newestFirst(wants: LogWants, signal: Signal): PagesOf<TriggerLog>;
  /**
   * Without holding more than a few pages of lines in memory.
   *
   * @param onDoubt called for each reason why a line of the range may not have been read
   */
  oldestFirst(
    range: { readonly since: number; readonly until: number },
    signal: Signal,
    onDoubt: (doubt: LogDoubt) => void,
  ): AsyncIterable<TriggerLog>;
}

export interface WebhookCalls {
  current(signal: Signal): Promise<{ readonly url: string | undefined; readonly secret: string | undefined }>;
  set(url: string, version: "V1" | "V2" | "V3" | undefined, signal: Signal): Promise<Webhook>;
  /** @returns the new secret */
  rotateSecret(signal: Signal): Promise<string>;
}

export interface AccountCalls {
  list(wants: AccountWants, signal: Signal): PagesOf<ConnectedAccount>;
  get(id: string, signal: Signal): Promise<ConnectedAccount>;
}

export interface RealtimeCalls {
  /** `project`: whose channel it is. */
  credentials(
    signal: Signal,
  ): Promise<{ readonly key: string; readonly cluster: string; readonly project: string }>;
  authorize(socketId: string, channel: string, signal: Signal): Promise<{ readonly auth: string }>;
}

/** One generation of the REST API behind the SDK's own words. Nothing above it knows which one it talks to. */
export interface Dialect {
  readonly generation: ApiVersion;
  readonly triggers: TriggerCalls;
  readonly instances: InstanceCalls;
  readonly logs: LogCalls;
  readonly webhook: WebhookCalls;
  readonly accounts: AccountCalls;
  readonly realtime: RealtimeCalls;
  apiKeys(signal: Signal): Promise<readonly ApiKey[]>;
}
