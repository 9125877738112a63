import type { FetchHandler, NodeHandler } from "./server.js";
import type { NamedListener } from "../../named-listeners.js";

/** What the mounted handlers ask of their listener. */
export interface HandlerHost {
  readonly state: () => string;
  /** The listener that has replaced this one, by its name. */
  readonly successor: () => NamedListener | undefined;
  /** Starts the listener; resolves when it runs or has failed to. The failure is reported. */
  readonly start: () => Promise<void>;
}

/**
 * Handlers that start their listener with the first request, and pass requests on to the listener that replaced it.
 *
 * A framework imports a route before anything may start, and keeps an old route for a moment after a hot reload.
 */
export function handlersOf({ state, successor, start }: HandlerHost) {
  // One start for all requests that wait for it: a start that failed is reported once.
  let starting: Promise<void> | undefined;
  const started = () => {
    starting ??= start();
    return starting;
  };
  return {
    fetch(own: FetchHandler): FetchHandler {
      return async (request: Request, ...context: readonly unknown[]) => {
        if (state() === "running") return own(request, ...context);
        const newer = successor();
        if (newer !== undefined) return newer.fetchHandler()(request, ...context);
        if (state() === "new" || state() === "starting") await started();
        return own(request, ...context);
      };
    },
    node(own: NodeHandler): NodeHandler {
      return (req, res, next) => {
        if (state() === "running") return own(req, res, next);
        const newer = successor();
        if (newer !== undefined) return newer.nodeHandler()(req, res, next);
        if (state() !== "new" && state() !== "starting") return own(req, res, next);
        void started().then(() => own(req, res, next));
      };
    },
  };
}
