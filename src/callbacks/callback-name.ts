import { EarshotError } from "../base/errors.js";
import type { Registry } from "./registry.js";

/**
 * The name under which a callback's success is recorded.
 *
 * Over a durable inbox a name stands for the same work after a restart too, so two callbacks with one name are an
 * error: numbered by the order of their registration, a deploy that swaps them would take one's work for the other's.
 *
 * @param place where this callback is registered, as far as that is known
 * @throws EarshotError ERR_CALLBACK
 */
export function callbackName(registry: Registry, wanted: string, durable: boolean, place: string): string {
  const other = registry.placeOf(wanted);
  if (other === undefined) return wanted;
  if (!durable) return registry.freeName(wanted);
  const places = `${other === "" ? "" : `The other is registered ${other}. `}${place === "" ? "" : `This one is registered ${place}. `}`;
  throw new EarshotError(
    "ERR_CALLBACK",
    `Two callbacks are called "${wanted}", and over a durable inbox success is recorded by name. ${places}Give each a name: callback(filter, fn, { name: "…" }).`,
  );
}

/** A function's own name; empty where it has none. */
export function nameOfFunction(fn: { readonly name: string }): string {
  try {
    return typeof fn.name === "string" ? fn.name : "";
  } catch {
    return "";
  }
}

/** Files of this package, in its sources and where it is installed. */
const OWN = /[\\/](?:src[\\/](?:listener|callbacks)|earshot[\\/](?:dist|src))[\\/.]/;
const DEEP = 30;

/** The first line of a stack that is not this package's: `at file:line:column`; empty where the runtime tells none. */
export function placeOfCall(): string {
  const limit = Error.stackTraceLimit;
  let stack: string | undefined;
  try {
    Error.stackTraceLimit = DEEP;
    stack = new Error("place").stack;
    Error.stackTraceLimit = limit;
  } catch {
    // A runtime may freeze it (SES); then there is no place to show.
  }
  const lines = stack?.split("\n").slice(1) ?? [];
  return lines.find((line) => !OWN.test(line))?.trim() ?? "";
}
