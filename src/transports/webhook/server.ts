import { EarshotError } from "../../base/errors.js";
import { Connections } from "./connections.js";
import { Core } from "./server-core.js";
import type { Door, DoorOptions } from "./door.js";
import { fetchHandler } from "./fetch-handler.js";
import { mountedHandler, ownHandler } from "./node-handler.js";
import { type OpenServer, openServer } from "./node-server.js";

export type {
  Door,
  DoorLimits,
  DoorOptions,
  DoorRoute,
  FetchContext,
  FetchHandler,
  NodeHandler,
} from "./door.js";

/**
 * Makes a door; nothing is opened yet. Whatever it turns away it answers itself, with a short JSON body, and
 * reports as `delivery.rejected`; what remains are whole bodies for `receive`.
 *
 * @throws EarshotError ERR_OPTION, where a route's path is not one
 */
export function createDoor(options: DoorOptions): Door {
  const core = new Core(options);
  const connections = new Connections(options.clock, options.limits.bodyTimeoutMs);
  let opening: Promise<OpenServer> | undefined;
  let closed: Promise<void> | undefined;

  async function close(graceMs: number): Promise<void> {
    core.load.closing = true;
    // A server that could not be opened has told whoever opened it.
    const server = await opening?.catch(() => undefined);
    const gone = server?.stop();
    const allDone = (async () => {
      while (core.load.inFlight > 0) await core.load.idle();
      await gone;
    })();
    await atMost(allDone, graceMs);
    core.load.endAllReading();
    connections.finish();
    server?.destroy();
    await gone;
    if (server !== undefined) options.send({ type: "webhook.closed" });
  }

  function atMost(done: Promise<void>, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = options.clock.after(limitMs, resolve);
      done.finally(() => {
        timer.clear();
        resolve();
      });
    });
  }

  return {
    async listen(port, host) {
      if (closed !== undefined) throw new EarshotError("ERR_LISTENER_STATE", "The door has been closed.");
      if (opening !== undefined) throw new EarshotError("ERR_LISTENER_STATE", "The door is open already.");
      opening = openServer(core, connections, ownHandler(core, connections), port, host);
      try {
        const { url, port: bound } = await opening;
        options.send({ type: "webhook.listening", url });
        return { url, port: bound };
      } catch (thrown) {
        opening = undefined;
        throw thrown;
      }
    },
    nodeHandler: () => mountedHandler(core, connections),
    fetchHandler: () => fetchHandler(core),
    close(graceMs) {
      closed ??= close(graceMs);
      return closed;
    },
    inFlight: () => core.load.inFlight,
  };
}
