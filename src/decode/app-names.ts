import type { Clock } from "../base/clock.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import type { TriggerEvent } from "../model/event.js";
import type { TriggerApps } from "../model/platform.js";
import type { Origin } from "../model/verified.js";

/** What {@link AppNames} takes. */
export interface AppNamesOptions {
  readonly clock: Clock;
  /** Absent for a listener without a platform: then only prefixes tell. */
  readonly platform?: TriggerApps | undefined;
}

/** An event waits so long for the platform to name its app, milliseconds. */
const LOOKUP_MS = 3000;
/** After a failed lookup the platform is asked again after this, milliseconds. */
const ASK_AGAIN_MS = 60_000;
/** A longer name is no trigger's; each of its parts would cost a comparison. */
const LONGEST_NAME = 200;
/** Most trigger names that are remembered; a platform has some hundreds. */
const MOST_NAMES = 10_000;

/**
 * The app of a trigger, by the trigger's name: most shapes name no app, and an app's slug may contain `_`, so the
 * name alone does not tell where the slug ends (`ONE_DRIVE_FILE_CREATED`).
 *
 * The platform's trigger type decides. Until it is known, the longest known slug that the name begins with does, and
 * without one, the name's first part.
 */
export class AppNames {
  readonly #options: AppNamesOptions;
  /** Slugs in upper case, as names begin with them. */
  readonly #slugs = new Set<string>();
  /** Trigger name → slug, as the platform said it. */
  readonly #apps = new Map<string, string>();
  /** Trigger name → slug by prefix, until a further slug is known. */
  #guesses = new Map<string, string>();
  /** When to ask for a name again whose lookup gave nothing, by the clock's monotonic time. */
  readonly #askAgainAt = new Map<string, number>();
  readonly #pending = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: AppNamesOptions) {
    this.#options = options;
  }

  /** Adds slugs that exist, in any case: those that filters ask for. */
  addSlugs(slugs: readonly string[]): void {
    for (const slug of slugs) this.#addSlug(slug);
  }

  /** Remembers what the platform said, be it in an event or in a trigger type. */
  learn(triggerName: string, appName: string): void {
    // Names with a dot are no triggers: one name stands for events of many apps.
    if (appName === "" || triggerName.includes(".") || this.#apps.get(triggerName) === appName) return;
    makeRoom(this.#apps);
    this.#apps.set(triggerName, appName);
    this.#addSlug(appName);
  }

  /**
   * @param triggerName in upper case
   * @param said the app that the event itself names
   * @returns the slug, in lower case
   */
  of(triggerName: string, said?: string): string {
    const known = this.#apps.get(triggerName);
    if (known !== undefined) return known;
    if (said !== undefined) return said;
    let guess = this.#guesses.get(triggerName);
    if (guess === undefined) {
      guess = appByPrefix(triggerName, this.#slugs);
      makeRoom(this.#guesses);
      this.#guesses.set(triggerName, guess);
    }
    return guess;
  }

  /**
   * The event with its app as the platform's trigger type says it; the platform is asked once for each name.
   *
   * It never rejects: where the platform does not tell in time, the event is as it was.
   */
  named(event: TriggerEvent, { provider }: Origin): MaybePromise<TriggerEvent> {
    if (provider !== "composio") return event;
    const pending = this.#settle(event.triggerName);
    return pending === undefined ? this.#renamed(event) : pending.then(() => this.#renamed(event));
  }

  /** Ends the lookups under way; there are no further ones. */
  stop(): void {
    this.#stop.abort();
  }

  /** @returns `undefined` where there is nothing to wait for */
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
    if (this.#stop.signal.aborted || (this.#askAgainAt.get(triggerName) ?? 0) > clock.monotonic())
      return undefined;
    const asked = this.#ask(triggerName, platform).finally(() => this.#pending.delete(triggerName));
    this.#pending.set(triggerName, asked);
    return asked;
  }

  #renamed(event: TriggerEvent): TriggerEvent {
    const appName = this.#apps.get(event.triggerName);
    return appName === undefined || appName === event.appName ? event : { ...event, appName };
  }

  async #ask(triggerName: string, platform: TriggerApps): Promise<void> {
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
      // Whatever keeps the platform from answering is reported where it matters.
    } finally {
      timer.clear();
    }
    makeRoom(this.#askAgainAt);
    this.#askAgainAt.set(triggerName, clock.monotonic() + ASK_AGAIN_MS);
  }

  #addSlug(slug: string): void {
    const folded = slug.toUpperCase();
    if (this.#slugs.has(folded)) return;
    makeRoom(this.#slugs);
    this.#slugs.add(folded);
    this.#guesses = new Map();
  }
}

/** Without an end, names that never come again would fill the memory. */
function makeRoom(names: { readonly size: number; clear(): void }): void {
  if (names.size >= MOST_NAMES) names.clear();
}

/**
 * The app by the name alone: the longest known slug that it begins with, else its first part.
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
