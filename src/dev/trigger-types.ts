import { nearest } from "../nearest.js";
import type { CatalogueTrigger } from "./catalogue/types.js";
import { stableUuid } from "./state/ids.js";

/** An app that the catalogue has triggers of. */
export interface App {
  /** Generation 1's id, a UUID. */
  readonly id: string;
  /** The slug, in lower case. */
  readonly name: string;
  readonly displayName: string;
}

/** A longer one is nobody's misspelling, and comparing costs the lengths multiplied. */
const LONGEST_NAME = 200;

/** The catalogue, found by name in any case. */
export class TriggerTypes {
  readonly all: readonly CatalogueTrigger[];
  readonly apps: readonly App[];
  readonly #byName = new Map<string, CatalogueTrigger>();

  constructor(catalogue: readonly CatalogueTrigger[]) {
    this.all = [...catalogue];
    const apps = new Map<string, App>();
    for (const trigger of catalogue) {
      this.#byName.set(trigger.name.toUpperCase(), trigger);
      const name = trigger.appName.toLowerCase();
      if (!apps.has(name)) apps.set(name, { id: appId(name), name, displayName: trigger.appDisplayName });
    }
    this.apps = [...apps.values()];
  }

  get names(): string[] {
    return this.all.map(({ name }) => name);
  }

  get(name: string): CatalogueTrigger | undefined {
    return this.#byName.get(name.toUpperCase());
  }

  /** The name most like this one; `undefined` where none is like it. */
  nearest(name: string): string | undefined {
    return name.length > LONGEST_NAME ? undefined : nearest(name, this.names);
  }
}

/** Generation 1's id of an app. */
export function appId(name: string): string {
  return stableUuid(`app ${name}`);
}
