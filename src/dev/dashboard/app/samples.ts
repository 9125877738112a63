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
  const stored: unknown = Object.hasOwn(samples, trigger) ? samples[trigger] : [];
  // Another program of this origin, or another version, may have written it.
  return Array.isArray(stored) ? stored.filter(isSample) : [];
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
  const { [trigger]: _, ...others } = read();
  const left = samplesOf(trigger).filter((sample) => sample.name !== name);
  write(left.length === 0 ? others : { ...others, [trigger]: left });
}

function isSample(value: unknown): value is SavedSample {
  if (typeof value !== "object" || value === null) return false;
  const { name, payload } = value as Partial<SavedSample>;
  return typeof name === "string" && typeof payload === "object" && payload !== null;
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
