import { nearest } from "../../base/suggest.js";
import { isJsonObject, objectField } from "../../model/json.js";
import { MCP_EVENTS, type McpDeliveryMode } from "../../protocol/mcp-events.js";
import type { McpConnection } from "./connection.js";
import { McpFailure } from "./failure.js";

/** Pages of a list. */
const MOST_PAGES = 100;

/** The events that a server offers, read when they are asked for. */
export class McpCatalog {
  readonly #connection: McpConnection;
  readonly #signal: AbortSignal;
  #reading: Promise<ReadonlyMap<string, ReadonlySet<unknown>>> | undefined;

  constructor(connection: McpConnection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
  }

  /** The list may have changed. */
  forget(): void {
    this.#reading = undefined;
  }

  /**
   * The modes in which an event is offered.
   *
   * @throws McpFailure NotFound; Unsupported where the server has no events
   */
  async modesOf(name: string): Promise<ReadonlySet<McpDeliveryMode>> {
    this.#reading ??= this.#read().catch((thrown: unknown) => {
      this.#reading = undefined;
      throw thrown;
    });
    const events = await this.#reading;
    const modes = events.get(name);
    if (modes !== undefined) return modes as ReadonlySet<McpDeliveryMode>;
    const near = nearest(name, events.keys());
    const some = [...events.keys()].slice(0, 10).join(", ");
    const hint = near === undefined ? `It has ${some === "" ? "none" : some}.` : `Did you mean ${near}?`;
    throw new McpFailure(`The server has no event ${name}. ${hint}`, { isFinal: true, kind: "NotFound" });
  }

  async #read(): Promise<ReadonlyMap<string, ReadonlySet<unknown>>> {
    const { capabilities } = await this.#connection.request("server/discover", {}, this.#signal);
    const { events, extensions } = objectField(capabilities) ?? {};
    // Deployed servers announce the extension where the first design had it.
    if (events === undefined && objectField(extensions)?.[MCP_EVENTS] === undefined) {
      throw new McpFailure("The server announces no events.", { isFinal: true, kind: "Unsupported" });
    }
    const found = new Map<string, ReadonlySet<unknown>>();
    let cursor: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const params = cursor === undefined ? {} : { cursor };
      const page = await this.#connection.request("events/list", params, this.#signal);
      for (const event of Array.isArray(page.events) ? page.events : []) {
        if (!isJsonObject(event) || typeof event.name !== "string" || !Array.isArray(event.delivery))
          continue;
        found.set(event.name, new Set(event.delivery));
      }
      if (typeof page.nextCursor !== "string" || page.nextCursor === cursor) break;
      cursor = page.nextCursor;
    }
    return found;
  }
}
