import { EarshotError } from "../../base/errors.js";
import type { Trigger } from "../../client/types.js";
import type { TriggerName } from "../../model/triggers.js";
import { McpRequestError } from "./errors.js";
import { type EventDescriptor, type EventType, eventType, type McpEventOptions } from "./event-type.js";

/** The part of a toolset that describes triggers. */
export interface TriggerDescriptions {
  getTrigger(name: TriggerName): Promise<Trigger>;
}

/** The event types of a server, by name. */
export class McpEventList {
  readonly #types = new Map<string, EventType>();
  readonly #described = new Map<string, EventDescriptor>();
  readonly #toolset: TriggerDescriptions | undefined;
  readonly #given: readonly (string | McpEventOptions)[];
  #describing: Promise<void> | undefined;

  /** @throws EarshotError ERR_OPTION, ERR_FILTER */
  constructor(events: readonly (string | McpEventOptions)[], toolset: TriggerDescriptions | undefined) {
    this.#given = events;
    this.#toolset = toolset;
    for (const given of events) {
      const type = eventType(given);
      const { name } = type.descriptor;
      if (this.#types.has(name)) {
        throw new EarshotError("ERR_OPTION", `Two MCP events have the name ${name}.`);
      }
      this.#types.set(name, type);
      this.#described.set(name, type.descriptor);
    }
  }

  /** The descriptors, with what the platform says of their triggers. */
  async descriptors(): Promise<readonly EventDescriptor[]> {
    this.#describing ??= this.#describe().catch((error: unknown) => {
      this.#describing = undefined;
      throw error;
    });
    // Without the platform, the list is still true: it only says less.
    await this.#describing.catch(() => undefined);
    return [...this.#described.values()];
  }

  get types(): readonly EventType[] {
    return [...this.#types.values()];
  }

  find(name: unknown): EventType | undefined {
    return typeof name === "string" ? this.#types.get(name) : undefined;
  }

  /** @throws McpRequestError NotFound */
  get(name: unknown): EventType {
    const type = this.find(name);
    if (type !== undefined) return type;
    throw new McpRequestError("NotFound", "There is no event of this name.", { kind: "event" });
  }

  async #describe(): Promise<void> {
    const toolset = this.#toolset;
    if (toolset === undefined) return;
    const all = [...this.#types.values()].map(async (type, at) => {
      if (type.triggerName === undefined) return;
      const trigger = await toolset.getTrigger(type.triggerName as TriggerName);
      const { descriptor } = type;
      const given = this.#given[at];
      const own = typeof given === "object" ? given : undefined;
      const description = own?.description ?? trigger.description;
      this.#described.set(descriptor.name, {
        ...descriptor,
        ...(description === "" ? {} : { description }),
        payloadSchema:
          own?.payloadSchema ?? (own?.data === undefined ? trigger.payload : descriptor.payloadSchema),
      });
    });
    await Promise.all(all);
  }
}
