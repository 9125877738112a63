import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import { hasMembers, knownOptions } from "../base/options.js";
import { nearest } from "../base/suggest.js";
import { shownValue } from "../base/warning.js";
import type { PerTool, PostProcessor, PreProcessor, Processors, SchemaProcessor } from "./types.js";

const kinds = new Set(["pre", "post", "schema"]);

/** The processors of one tool. */
export interface ToolProcessors {
  readonly pre: PreProcessor | undefined;
  readonly post: PostProcessor | undefined;
  readonly schema: SchemaProcessor | undefined;
}

/** Checks processors. @throws EarshotError ERR_OPTION */
export function processorsOption(_: string, given: Processors): Processors {
  knownOptions("`processors`", given, kinds);
  for (const [kind, one] of Object.entries(given)) {
    const each = hasMembers(one) ? Object.entries(one) : [["", one]];
    for (const [name, processor] of each) {
      if (processor === undefined || isCallable(processor)) continue;
      const place = name === "" ? kind : `${kind}.${name}`;
      throw new EarshotError(
        "ERR_OPTION",
        `\`processors.${place}\` is a function, not ${shownValue(processor)}.`,
      );
    }
  }
  return given;
}

/** @param name of the tool */
export function processorsOf(processors: Processors | undefined, name: string): ToolProcessors {
  return {
    pre: pick(processors?.pre, name),
    post: pick(processors?.post, name),
    schema: pick(processors?.schema, name),
  };
}

function pick<Processor extends (...args: never) => unknown>(
  given: PerTool<Processor> | undefined,
  name: string,
): Processor | undefined {
  if (given === undefined || typeof given === "function") return given;
  return new Map(Object.entries(given).map(([key, one]) => [key.toUpperCase(), one])).get(name.toUpperCase());
}

/**
 * Rejects a processor for a tool that is not in the list: it would have no effect.
 *
 * @throws EarshotError ERR_OPTION with the nearest name
 */
export function rejectUnusedProcessors(processors: Processors | undefined, names: readonly string[]): void {
  const known = new Set(names.map((name) => name.toUpperCase()));
  for (const [kind, given] of Object.entries(processors ?? {})) {
    for (const name of typeof given === "object" && given !== null ? Object.keys(given) : []) {
      if (known.has(name.toUpperCase())) continue;
      const offer = nearest(name, names);
      const hint = offer === undefined ? "." : `; did you mean ${offer}?`;
      const message = `\`processors.${kind}\` has ${name}, which is not among the tools${hint}`;
      throw new EarshotError("ERR_OPTION", message);
    }
  }
}
