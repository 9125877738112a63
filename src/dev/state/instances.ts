import { isDeepStrictEqual } from "node:util";

/** A trigger that was enabled for an account. */
export interface Instance {
  /** Generation 1's id. */
  readonly uuid: string;
  /** Generation 3's id: `ti_…`. */
  readonly nanoId: string;
  /** In upper case. */
  readonly triggerName: string;
  readonly accountUuid: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** ISO 8601; null where it is enabled. */
  readonly disabledAt: string | null;
  /** Why the platform disabled it by itself; absent where a user did. */
  readonly disabledReason?: string | undefined;
}

/** The trigger instances, found by either generation's id or by trigger name. */
export class Instances {
  readonly #byUuid = new Map<string, Instance>();
  readonly #uuidByNano = new Map<string, string>();
  readonly #uuidsByTrigger = new Map<string, Set<string>>();

  constructor(instances: readonly Instance[] = []) {
    for (const instance of instances) this.put(instance);
  }

  get size(): number {
    return this.#byUuid.size;
  }

  /** In the order they were made. */
  all(): Instance[] {
    return [...this.#byUuid.values()];
  }

  /** @param id a UUID or `ti_…` */
  get(id: string): Instance | undefined {
    return this.#byUuid.get(this.#uuidByNano.get(id) ?? id);
  }

  /** @param triggerName in upper case */
  ofTrigger(triggerName: string): Instance[] {
    const uuids = this.#uuidsByTrigger.get(triggerName) ?? [];
    return [...uuids].flatMap((uuid) => this.#byUuid.get(uuid) ?? []);
  }

  /** The instance with the same account, trigger and config, whatever order the config's members stand in. */
  same(of: Pick<Instance, "triggerName" | "accountUuid" | "config">): Instance | undefined {
    return this.ofTrigger(of.triggerName).find(
      (other) => other.accountUuid === of.accountUuid && isDeepStrictEqual(other.config, of.config),
    );
  }

  put(instance: Instance): void {
    this.#byUuid.set(instance.uuid, instance);
    this.#uuidByNano.set(instance.nanoId, instance.uuid);
    const uuids = this.#uuidsByTrigger.get(instance.triggerName);
    if (uuids === undefined) this.#uuidsByTrigger.set(instance.triggerName, new Set([instance.uuid]));
    else uuids.add(instance.uuid);
  }

  /** @returns whether there was one */
  delete(instance: Instance): boolean {
    this.#uuidByNano.delete(instance.nanoId);
    const uuids = this.#uuidsByTrigger.get(instance.triggerName);
    uuids?.delete(instance.uuid);
    if (uuids?.size === 0) this.#uuidsByTrigger.delete(instance.triggerName);
    return this.#byUuid.delete(instance.uuid);
  }
}
