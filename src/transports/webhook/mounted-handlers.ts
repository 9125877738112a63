import type { FetchHandler } from "./fetch-handler.js";
import type { NodeHandler } from "./node-handler.js";

/** The listener behind mounted handlers. */
export interface MountedListener {
  readonly state: () => string;
  /** The listener that has replaced this one, by its name. */
  readonly successor: () => { fetchHandler(): FetchHandler; nodeHandler(): NodeHandler } | undefined;
  /** Starts the listener. Resolves when it is running or has failed; the failure is reported. */
  readonly start: () => Promise<void>;
}

/**
 * Handlers that start their listener with the first request, and pass requests on to the listener that replaced it.
 *
 * A framework imports a route before anything may start, and uses an old route for a moment after a hot reload.
 */
export function mountedHandlers({ state, successor, start }: MountedListener) {
  // One start for all requests that wait for it: a failed start is reported once.
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
