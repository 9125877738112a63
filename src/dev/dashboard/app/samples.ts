import type { JsonRecord } from "./types.js";

/** A payload that was saved under a name, to be fired again. */
export interface SavedSample {
  readonly name: string;
  readonly payload: JsonRecord;
}

const STORAGE_KEY = "earshot.samples";
/** Samples of one trigger; the oldest goes first. */
const MAX_SAMPLES = 30;
export const MAX_NAME = 60;

type Samples = Readonly<Record<string, readonly SavedSample[]>>;

/** The samples of a trigger, as this browser has stored them, newest first. */
export function samplesOf(trigger: string): readonly SavedSample[] {
  const samples = read();
  return Object.hasOwn(samples, trigger) ? (samples[trigger] ?? []) : [];
}

/**
 * Saves a sample in place of one with its name.
 *
 * @throws Error where the browser has no room for it
 */
export function saveSample(trigger: string, sample: SavedSample): void {
  const others = samplesOf(trigger).filter(({ name }) => name !== sample.name);
  write({ ...read(), [trigger]: [sample, ...others].slice(0, MAX_SAMPLES) });
}

export function deleteSample(trigger: string, name: string): void {
  const { [trigger]: known = [], ...others } = read();
  const left = known.filter((sample) => sample.name !== name);
  write(left.length === 0 ? others : { ...others, [trigger]: left });
}

function read(): Samples {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}");
    return typeof stored === "object" && stored !== null ? (stored as Samples) : {};
  } catch {
    return {}; // another program wrote it
  }
}

function write(samples: Samples): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(samples));
  } catch {
    throw new Error("The browser has no room for more samples. Delete some of them.");
  }
}
