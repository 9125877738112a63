import { nearest } from "../base/suggest.js";
import type { CatalogTrigger } from "../catalog/types.js";
import { stableUuid } from "./state/ids.js";

/** An app that the catalog has triggers of. */
export interface CatalogApp {
  /** Generation 1's id, a UUID. */
  readonly id: string;
  /** The slug, in lower case. */
  readonly name: string;
  readonly displayName: string;
}

/** Longer names get no suggestion: comparing costs the lengths multiplied. */
const LONGEST_NAME = 200;

interface Known {
  readonly all: readonly CatalogTrigger[];
  readonly apps: readonly CatalogApp[];
  /** Names of apps, in lower case. */
  readonly ownApps: ReadonlySet<string>;
  /** By name in upper case. */
  readonly byName: ReadonlyMap<string, CatalogTrigger>;
}

/** The catalog, found by name in any case. */
export class TriggerCatalog {
  readonly #make: () => readonly CatalogTrigger[];
  #made: Known | undefined;

  /** @param make is called at the first question */
  constructor(make: () => readonly CatalogTrigger[]) {
    this.#make = make;
  }

  get all(): readonly CatalogTrigger[] {
    return this.#known.all;
  }

  get apps(): readonly CatalogApp[] {
    return this.#known.apps;
  }

  get names(): string[] {
    return this.all.map(({ name }) => name);
  }

  get(name: string): CatalogTrigger | undefined {
    return this.#known.byName.get(name.toUpperCase());
  }

  /** Whether an app's own OAuth app has to be used: some of its triggers need an endpoint of it. @param app lower case */
  needsOwnApp(app: string): boolean {
    return this.#known.ownApps.has(app);
  }

  /** The name most like this one; `undefined` where none is like it. */
  nearest(name: string): string | undefined {
    return name.length > LONGEST_NAME ? undefined : nearest(name, this.names);
  }

  get #known(): Known {
    this.#made ??= know(this.#make());
    return this.#made;
  }
}

function know(all: readonly CatalogTrigger[]): Known {
  const byName = new Map<string, CatalogTrigger>();
  const apps = new Map<string, CatalogApp>();
  const ownApps = new Set<string>();
  for (const trigger of all) {
    byName.set(trigger.name.toUpperCase(), trigger);
    const name = trigger.appName.toLowerCase();
    if (trigger.requiresWebhookEndpoint) ownApps.add(name);
    if (!apps.has(name)) apps.set(name, { id: appId(name), name, displayName: trigger.appDisplayName });
  }
  return { all, apps: [...apps.values()], ownApps, byName };
}

/** Generation 1's id of an app. */
export function appId(name: string): string {
  return stableUuid(`app ${name}`);
}
