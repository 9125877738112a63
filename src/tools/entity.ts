import type { Pages } from "../client/pages.js";
import type {
  AccountFilter,
  ConnectedAccount,
  ConnectionRequest,
  ConnectOptions,
  ConnectWithKeyOptions,
  EnabledTrigger,
  EnableOptions,
  ToolFilter,
} from "../client/types.js";
import type { ArgumentsOf, DataOf, ToolName, ToolResult } from "../model/tools.js";
import type { TriggerName } from "../model/triggers.js";
import type { CallResultOf, ModelResponse } from "./clients/index.js";
import type { ToolList } from "./tool-list.js";
import type { ExecuteOptions, ToolCallOptions } from "./types.js";

/** One of your users, with the calls that concern them. */
export interface Entity {
  /** The id that you gave the user. On the wire: `user_id`, or `entityId`. */
  readonly id: string;
  /** As {@link Toolset.enableTrigger}, with this entity's account. */
  enableTrigger<const Name extends TriggerName>(
    name: Name,
    options?: Omit<EnableOptions<Name>, "entityId">,
  ): Promise<EnabledTrigger>;
  /** As {@link Toolset.connectedAccounts}, of this entity only. */
  connectedAccounts(filter?: Omit<AccountFilter, "entityIds">): Pages<ConnectedAccount>;
  /** As {@link Toolset.connect}, for this entity. */
  connect(app: string, options?: Omit<ConnectOptions, "entityId">): Promise<ConnectionRequest>;
  /** As {@link Toolset.connectWithKey}, for this entity. */
  connectWithKey(
    app: string,
    credentials: string | Readonly<Record<string, string>>,
    options?: Omit<ConnectWithKeyOptions, "entityId">,
  ): Promise<ConnectedAccount>;
  /** As {@link Toolset.getTools}, with this entity's accounts. */
  getTools<const Name extends ToolName = ToolName>(
    filter: ToolFilter<Name>,
    options?: Omit<ToolCallOptions, "entityId">,
  ): Promise<ToolList<Name>>;
  /** As {@link Toolset.handleToolCalls}, with this entity's accounts. */
  handleToolCalls<const Response extends ModelResponse>(
    response: Response,
    options?: Omit<ToolCallOptions, "entityId">,
  ): Promise<CallResultOf<Response>[]>;
  /** As {@link Toolset.executeAction}, with this entity's account. */
  executeAction<const Name extends ToolName>(
    name: Name,
    args: ArgumentsOf<Name>,
    options?: Omit<ExecuteOptions, "entityId">,
  ): Promise<ToolResult<DataOf<Name>>>;
}
