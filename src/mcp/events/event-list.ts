import { EarshotError } from "../../base/errors.js";
import type { Trigger } from "../../client/types.js";
import { isSameJson } from "../../model/json.js";
import type { TriggerName } from "../../model/triggers.js";
import { McpRequestError } from "./errors.js";
import { type EventDescriptor, type EventType, eventType, type McpEventOptions } from "./event-type.js";

/** The part of a toolset that describes triggers. */
export interface TriggerDescriptions {
  getTrigger(name: TriggerName): Promise<Trigger>;
}

/** What a list consists of at a time. */
interface ListVersion {
  readonly given: readonly (string | McpEventOptions)[];
  readonly types: ReadonlyMap<string, EventType>;
  readonly described: Map<string, EventDescriptor>;
  describing: Promise<void> | undefined;
}

/** The event types of a server, by name. */
export class McpEventList {
  readonly #toolset: TriggerDescriptions | undefined;
  #now: ListVersion;

  /** @throws EarshotError ERR_OPTION, ERR_FILTER */
  constructor(events: readonly (string | McpEventOptions)[], toolset: TriggerDescriptions | undefined) {
    this.#toolset = toolset;
    this.#now = versionOf(events);
  }

  /** @returns whether hosts see a difference @throws EarshotError ERR_OPTION, ERR_FILTER; then nothing has changed */
  replace(events: readonly (string | McpEventOptions)[]): boolean {
    const before = this.types.map(({ descriptor }) => descriptor);
    this.#now = versionOf(events);
    return !isSameJson(
      before,
      this.types.map(({ descriptor }) => descriptor),
    );
  }

  /** The descriptors, with what the platform says of their triggers. */
  async descriptors(): Promise<readonly EventDescriptor[]> {
    const now = this.#now;
    now.describing ??= this.#describe(now).catch((error: unknown) => {
      now.describing = undefined;
      throw error;
    });
    // Without the platform, the list is still true: it only says less.
    await now.describing.catch(() => undefined);
    return [...now.described.values()];
  }

  get types(): readonly EventType[] {
    return [...this.#now.types.values()];
  }

  find(name: unknown): EventType | undefined {
    return typeof name === "string" ? this.#now.types.get(name) : undefined;
  }

  /** @throws McpRequestError NotFound */
  get(name: unknown): EventType {
    const type = this.find(name);
    if (type !== undefined) return type;
    throw new McpRequestError("NotFound", "There is no event of this name.", { kind: "event" });
  }

  async #describe({ given: options, types, described }: ListVersion): Promise<void> {
    const toolset = this.#toolset;
    if (toolset === undefined) return;
    const all = [...types.values()].map(async (type, at) => {
      if (type.triggerName === undefined) return;
      const trigger = await toolset.getTrigger(type.triggerName as TriggerName);
      const { descriptor } = type;
      const given = options[at];
      const own = typeof given === "object" ? given : undefined;
      const description = own?.description ?? trigger.description;
      described.set(descriptor.name, {
        ...descriptor,
        ...(description === "" ? {} : { description }),
        payloadSchema:
          own?.payloadSchema ?? (own?.data === undefined ? trigger.payload : descriptor.payloadSchema),
      });
    });
    await Promise.all(all);
  }
}

/** @throws EarshotError ERR_OPTION, ERR_FILTER */
function versionOf(given: readonly (string | McpEventOptions)[]): ListVersion {
  const types = new Map<string, EventType>();
  for (const one of given) {
    const type = eventType(one);
    const { name } = type.descriptor;
    if (types.has(name)) throw new EarshotError("ERR_OPTION", `Two MCP events have the name ${name}.`);
    types.set(name, type);
  }
  const described = new Map([...types].map(([name, { descriptor }]) => [name, descriptor]));
  return { given, types, described, describing: undefined };
}
