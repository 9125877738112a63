import { nearest } from "../../base/suggest.js";
import { isJsonObject, objectField } from "../../model/json.js";
import { MCP_EVENTS, type McpDeliveryMode } from "../../protocol/mcp-events.js";
import type { McpConnection } from "./connection.js";
import { McpFailure } from "./failure.js";

/** Pages of a list. */
const MOST_PAGES = 100;

/** What a server offers. */
interface McpListing {
  /** Name → modes. */
  readonly events: ReadonlyMap<string, ReadonlySet<unknown>>;
  readonly announcesChanges: boolean;
}

/** The events that a server offers, read when they are asked for. */
export class McpCatalog {
  readonly #connection: McpConnection;
  readonly #signal: AbortSignal;
  #reading: Promise<McpListing> | undefined;

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
    const { events } = await this.#listing();
    const modes = events.get(name);
    if (modes !== undefined) return modes as ReadonlySet<McpDeliveryMode>;
    const near = nearest(name, events.keys());
    const some = [...events.keys()].slice(0, 10).join(", ");
    const hint = near === undefined ? `It has ${some === "" ? "none" : some}.` : `Did you mean ${near}?`;
    throw new McpFailure(`The server has no event ${name}. ${hint}`, { isFinal: true, kind: "NotFound" });
  }

  /** Whether the server says when its list changes. @throws McpFailure */
  async announcesChanges(): Promise<boolean> {
    return (await this.#listing()).announcesChanges;
  }

  #listing(): Promise<McpListing> {
    if (this.#reading !== undefined) return this.#reading;
    const reading = this.#read();
    this.#reading = reading;
    reading.catch(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    return reading;
  }

  async #read(): Promise<McpListing> {
    const { capabilities } = await this.#connection.request("server/discover", {}, this.#signal);
    const { events, extensions } = objectField(capabilities) ?? {};
    // Deployed servers announce the extension where the first design had it.
    const extension = objectField(extensions)?.[MCP_EVENTS];
    if (events === undefined && extension === undefined) {
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
    return { events: found, announcesChanges: objectField(extension)?.listChanged === true };
  }
}
