import type { JsonObject } from "../../model/json.js";

/** Who runs a tool: the user of a connected account, or the default one for a tool without an account. */
export interface Actor {
  readonly userId: string;
}

/** A tool that fails, as its app would: the call succeeds, its result does not. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
}

/** What a tool does to the world. @throws ToolFailure */
export type Effect = (args: Args, by: Actor) => JsonObject;

/** By tool name. */
export type Effects = Readonly<Record<string, Effect>>;

/** The arguments of a run. They fit the tool's schema; what it leaves open may be anything. */
export class Args {
  readonly all: JsonObject;

  constructor(all: JsonObject) {
    this.all = all;
  }

  /** Whether the argument was given. */
  has(name: string): boolean {
    return this.all[name] !== undefined && this.all[name] !== null;
  }

  /** A text; empty where there is none. */
  text(name: string): string {
    return this.maybeText(name) ?? "";
  }

  maybeText(name: string): string | undefined {
    const value = this.all[name];
    if (typeof value === "number") return String(value);
    return typeof value === "string" ? value : undefined;
  }

  number(name: string, byDefault: number): number {
    const value = this.all[name];
    return typeof value === "number" ? value : byDefault;
  }

  flag(name: string, byDefault = false): boolean {
    const value = this.all[name];
    return typeof value === "boolean" ? value : byDefault;
  }

  /** A list of texts; `undefined` where there is none. */
  texts(name: string): readonly string[] | undefined {
    const value = this.all[name];
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : undefined;
  }
}

/** The longest text that the world keeps, where the app itself allows more. */
export const LONGEST_TEXT = 65_536;

/** @throws ToolFailure where it is longer than the app, or the world, takes */
export function checkLength(text: string, most: number, failure: string): string {
  if (text.length > most) throw new ToolFailure(failure);
  return text;
}
