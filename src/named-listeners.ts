import type { FetchHandler } from "./transports/webhook/fetch-handler.js";
import type { NodeHandler } from "./transports/webhook/node-handler.js";

/** A listener, as the one that replaces it and its mounted handlers use it. */
export interface NamedListener {
  stop(): Promise<void>;
  fetchHandler(): FetchHandler;
  nodeHandler(): NodeHandler;
}

/** Shared by every copy of the package in this process: ESM, CommonJS, and those of a hot reload. */
const KEY = Symbol.for("earshot.listeners");

/** The newest listener of each name. */
function listeners(): Map<string, NamedListener> {
  const host = globalThis as { [KEY]?: Map<string, NamedListener> };
  host[KEY] ??= new Map();
  return host[KEY];
}

/**
 * Replaces the listener that has the same name.
 *
 * @returns resolves when the predecessor has stopped, its running callbacks included
 */
export function claimName(name: string, listener: NamedListener): Promise<void> {
  const before = listeners().get(name);
  listeners().set(name, listener);
  // The successor can start even if the stop fails.
  return before === undefined ? Promise.resolve() : before.stop().catch(() => undefined);
}

/** The listener that has the name now, if it is not this one. */
export function successorOf(name: string | undefined, listener: NamedListener): NamedListener | undefined {
  if (name === undefined) return undefined;
  const newest = listeners().get(name);
  return newest === listener ? undefined : newest;
}

/** Releases the name, unless another listener has it. */
export function releaseName(name: string, listener: NamedListener): void {
  if (listeners().get(name) === listener) listeners().delete(name);
}
