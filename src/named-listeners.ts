import type { FetchHandler, NodeHandler } from "./transports/webhook/server.js";

/** What a listener shows to the one that replaces it, and to the handlers that were made of it. */
export interface NamedListener {
  stop(): Promise<void>;
  fetchHandler(): FetchHandler;
  nodeHandler(): NodeHandler;
}

/** Found by every copy of the package in this process: the module, CommonJS, and what a hot reload evaluates anew. */
const KEY = Symbol.for("earshot.listeners");

/** The newest listener of each name. */
function listeners(): Map<string, NamedListener> {
  const host = globalThis as { [KEY]?: Map<string, NamedListener> };
  host[KEY] ??= new Map();
  return host[KEY];
}

/**
 * Puts a listener in the place of the one that has its name.
 *
 * @returns resolves when the predecessor has stopped, its running callbacks included
 */
export function takeName(name: string, listener: NamedListener): Promise<void> {
  const before = listeners().get(name);
  listeners().set(name, listener);
  // What its stop throws is its own; the successor can start all the same.
  return before === undefined ? Promise.resolve() : before.stop().catch(() => undefined);
}

/** The listener that has the name now, where it is not this one. */
export function successorOf(name: string | undefined, listener: NamedListener): NamedListener | undefined {
  if (name === undefined) return undefined;
  const newest = listeners().get(name);
  return newest === listener ? undefined : newest;
}

/** Gives the name back, unless another listener has it by now. */
export function releaseName(name: string, listener: NamedListener): void {
  if (listeners().get(name) === listener) listeners().delete(name);
}
