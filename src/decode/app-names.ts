import type { Clock } from "../base/clock.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import type { TriggerEvent } from "../model/event.js";
import type { TriggerApps } from "../model/platform.js";
import type { Origin } from "../model/verified.js";

/** What {@link AppNames} takes. */
export interface AppNamesOptions {
  readonly clock: Clock;
  /** Absent for a listener without a platform: then prefixes decide. */
  readonly platform?: TriggerApps | undefined;
}

/** Longest wait of an event for the lookup of its app, milliseconds. */
const LOOKUP_MS = 3000;
/** Delay after a failed lookup before the next one, milliseconds. */
const LOOKUP_DELAY_MS = 60_000;
/** Longest name that is compared with slugs: each part of it costs a comparison. */
const LONGEST_NAME = 200;
/** Most trigger names in memory; a platform has some hundreds. */
const MOST_NAMES = 10_000;

/**
 * The app of a trigger, by the trigger's name: most shapes have no app, and a slug may contain `_`, so the name
 * does not show where the slug ends (`ONE_DRIVE_FILE_CREATED`).
 *
 * The platform's trigger type decides. Until it is known, the longest known slug that the name begins with does, and
 * without one, the name's first part.
 */
export class AppNames {
  readonly #options: AppNamesOptions;
  /** Known slugs, in upper case. */
  readonly #slugs = new Set<string>();
  /** Trigger name → slug, from the platform. */
  readonly #apps = new Map<string, string>();
  /** Trigger name → slug by prefix, until a further slug is known. */
  #guesses = new Map<string, string>();
  /** Trigger name → monotonic time of the next lookup, after one without a result. */
  readonly #nextLookupAt = new Map<string, number>();
  readonly #pending = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: AppNamesOptions) {
    this.#options = options;
  }

  /** Adds known slugs, in any case: those of the filters. */
  addSlugs(slugs: readonly string[]): void {
    for (const slug of slugs) this.#addSlug(slug);
  }

  /** Stores an app that the platform named in an event or a trigger type. */
  learn(triggerName: string, appName: string): void {
    // Names with a dot are no triggers: one name stands for events of many apps.
    if (appName === "" || triggerName.includes(".") || this.#apps.get(triggerName) === appName) return;
    makeRoom(this.#apps);
    this.#apps.set(triggerName, appName);
    this.#addSlug(appName);
  }

  /**
   * @param triggerName in upper case
   * @param eventApp the app in the event itself
   * @returns the slug, in lower case
   */
  of(triggerName: string, eventApp?: string): string {
    const known = this.#apps.get(triggerName);
    if (known !== undefined) return known;
    if (eventApp !== undefined) return eventApp;
    let guess = this.#guesses.get(triggerName);
    if (guess === undefined) {
      guess = appByPrefix(triggerName, this.#slugs);
      makeRoom(this.#guesses);
      this.#guesses.set(triggerName, guess);
    }
    return guess;
  }

  /**
   * The event with the app of its trigger type. There is one lookup for each name.
   *
   * Never rejects: without a result in time, the event is unchanged.
   */
  named(event: TriggerEvent, { provider }: Origin): MaybePromise<TriggerEvent> {
    if (provider !== "composio") return event;
    const pending = this.#settle(event.triggerName);
    return pending === undefined ? this.#renamed(event) : pending.then(() => this.#renamed(event));
  }

  /** Ends running lookups and prevents further ones. */
  stop(): void {
    this.#stop.abort();
  }

  /** @returns `undefined` if there is no lookup to await */
  #settle(triggerName: string): Promise<void> | undefined {
    const { platform, clock } = this.#options;
    if (platform === undefined || this.#apps.has(triggerName) || triggerName.includes(".")) return undefined;
    const known = platform.known(triggerName);
    if (known !== undefined) {
      this.learn(triggerName, known);
      return undefined;
    }
    const pending = this.#pending.get(triggerName);
    if (pending !== undefined) return pending;
    if (this.#stop.signal.aborted || (this.#nextLookupAt.get(triggerName) ?? 0) > clock.monotonic())
      return undefined;
    const lookup = this.#lookUp(triggerName, platform).finally(() => this.#pending.delete(triggerName));
    this.#pending.set(triggerName, lookup);
    return lookup;
  }

  #renamed(event: TriggerEvent): TriggerEvent {
    const appName = this.#apps.get(event.triggerName);
    return appName === undefined || appName === event.appName ? event : { ...event, appName };
  }

  async #lookUp(triggerName: string, platform: TriggerApps): Promise<void> {
    const { clock } = this.#options;
    const late = new AbortController();
    const timer = clock.after(LOOKUP_MS, () => late.abort());
    try {
      const found = await platform.find(triggerName, AbortSignal.any([late.signal, this.#stop.signal]));
      if (found !== undefined) {
        this.learn(triggerName, found);
        return;
      }
    } catch {
      // Failures of the platform are reported by the client that needs it.
    } finally {
      timer.clear();
    }
    makeRoom(this.#nextLookupAt);
    this.#nextLookupAt.set(triggerName, clock.monotonic() + LOOKUP_DELAY_MS);
  }

  #addSlug(slug: string): void {
    const upperCase = slug.toUpperCase();
    if (this.#slugs.has(upperCase)) return;
    makeRoom(this.#slugs);
    this.#slugs.add(upperCase);
    this.#guesses = new Map();
  }
}

/** Bounds the memory: names may never come again. */
function makeRoom(names: { readonly size: number; clear(): void }): void {
  if (names.size >= MOST_NAMES) names.clear();
}

/**
 * The app by the name only: the longest known slug that it begins with, else its first part.
 *
 * @param slugs in upper case
 */
export function appByPrefix(triggerName: string, slugs: ReadonlySet<string>): string {
  const name = triggerName.toUpperCase();
  let end = name.length > LONGEST_NAME ? 0 : name.length;
  while (end > 0) {
    // A slug may be written with `-` where the name has `_`.
    const prefix = name.slice(0, end);
    if (slugs.has(prefix)) return prefix.toLowerCase();
    const dashed = prefix.replaceAll("_", "-");
    if (slugs.has(dashed)) return dashed.toLowerCase();
    end = Math.max(name.lastIndexOf("_", end - 1), name.lastIndexOf(".", end - 1));
  }
  // Some slugs begin with `_`, as no name of a program may begin with a digit.
  const first = triggerName.slice(1).search(/[_.]/) + 1;
  return (first === 0 ? triggerName : triggerName.slice(0, first)).toLowerCase();
}
