import type { Clock } from "../base/clock.js";
import type { CatalogTrigger } from "../catalog/types.js";
import { momentsOf } from "../json-schema/sample/moment.js";
import { samplePayload } from "../json-schema/sample.js";
import { isJsonObject, type JsonObject } from "../model/json.js";

/** Makes payloads up: each has new ids and times. */
export class PayloadMaker {
  readonly #random: () => number;
  readonly #nextMoment: () => number;

  /** @param random numbers from 0 up to but without 1: the same numbers and the same clock, the same payloads */
  constructor(clock: Pick<Clock, "now">, random: () => number) {
    this.#random = random;
    this.#nextMoment = momentsOf(clock);
  }

  /**
   * @param config what the trigger was enabled with
   * @param changes replaces members, at any depth of objects
   */
  make(
    { payload, config: configSchema }: CatalogTrigger,
    config: Readonly<Record<string, unknown>>,
    changes?: JsonObject,
  ): JsonObject {
    const names = isJsonObject(configSchema.properties) ? Object.keys(configSchema.properties) : [];
    const variation = { atUs: this.#nextMoment(), config, configNames: names };
    const sample = samplePayload(payload, this.#random, variation);
    if (changes === undefined) return sample;
    return merged(sample, changes, () => samplePayload(payload, this.#random));
  }
}

/**
 * @param whole a sample with every member, from which an object comes that the sample left out: what is changed in
 *   it does not stand alone then
 */
function merged(sample: JsonObject, changes: JsonObject, whole: () => JsonObject): JsonObject {
  const members = new Map<string, unknown>(Object.entries(sample));
  for (const [name, change] of Object.entries(changes)) {
    const before = members.get(name);
    if (!isJsonObject(change)) {
      members.set(name, change);
      continue;
    }
    const inWhole = (): JsonObject => {
      const all = whole();
      const member = Object.hasOwn(all, name) ? all[name] : undefined;
      return isJsonObject(member) ? member : {};
    };
    members.set(name, merged(isJsonObject(before) ? before : inWhole(), change, inWhole));
  }
  return Object.fromEntries(members) as JsonObject;
}
