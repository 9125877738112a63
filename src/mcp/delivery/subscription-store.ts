import type { Inbox } from "../../inbox/contract.js";
import type { DeliveryProgress, McpSubscription } from "./subscription.js";

const SUBSCRIPTION = "mcp:subscription:";
const PROGRESS = "mcp:progress:";
/** Changes with each change of a subscription, so that other processes see it. */
const VERSION = "mcp:subscriptions";

/** The subscriptions in the inbox. Only the process that delivers writes their progress. */
export class SubscriptionStore {
  readonly #inbox: Inbox;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  async version(): Promise<string | undefined> {
    return await this.#inbox.readMetadata(VERSION);
  }

  async all(): Promise<readonly McpSubscription[]> {
    const values = await this.#inbox.listMetadata(SUBSCRIPTION);
    return values.flatMap(([, text]) => read<McpSubscription>(text, "id") ?? []);
  }

  async find(id: string): Promise<McpSubscription | undefined> {
    return read<McpSubscription>(await this.#inbox.readMetadata(SUBSCRIPTION + id), "id");
  }

  async put(subscription: McpSubscription): Promise<void> {
    await this.#inbox.writeMetadata(SUBSCRIPTION + subscription.id, JSON.stringify(subscription));
    await this.#changed();
  }

  async remove(id: string): Promise<void> {
    await this.#inbox.deleteMetadata(SUBSCRIPTION + id);
    await this.#inbox.deleteMetadata(PROGRESS + id);
    await this.#changed();
  }

  async progress(id: string): Promise<DeliveryProgress | undefined> {
    return read<DeliveryProgress>(await this.#inbox.readMetadata(PROGRESS + id), "generation");
  }

  async putProgress(id: string, progress: DeliveryProgress): Promise<void> {
    await this.#inbox.writeMetadata(PROGRESS + id, JSON.stringify(progress));
  }

  async #changed(): Promise<void> {
    await this.#inbox.writeMetadata(VERSION, crypto.randomUUID());
  }
}

/** @returns `undefined` for a text that another program wrote */
function read<Value>(text: string | undefined, member: keyof Value & string): Value | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Value | null;
    return typeof value?.[member] === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
