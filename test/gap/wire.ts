import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** The network between listener and platform. */
export interface Wire {
  readonly port: number;
  /** Ends every connection, and each new one, until `mend`: with RST or with FIN. */
  cut(how: "reset" | "finish"): void;
  /**
   * Swallows whatever is sent, both ways, on every connection and each new one, until `mend`. Those of this time
   * stay dead: TCP does not lose bytes in the middle of a connection that lives.
   */
  freeze(): void;
  /** New connections work. */
  mend(): void;
  stop(): Promise<void>;
}

/** @param target the platform's port, which may be closed for a while */
export async function startWire(target: number): Promise<Wire> {
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket; dead: boolean }>();
  let state: "whole" | "frozen" | "reset" | "finish" = "whole";

  const end = (client: Socket, how: "reset" | "finish") =>
    how === "reset" ? client.resetAndDestroy() : client.end();

  const listener = createServer((client) => {
    client.on("error", () => undefined);
    if (state === "reset" || state === "finish") {
      end(client, state);
      return;
    }
    const server = connect(target, "127.0.0.1");
    const pair = { client, server, dead: state === "frozen" };
    pairs.add(pair);
    const over = () => {
      // Nobody tells the client of a dead connection that the other side has gone.
      if (pair.dead && !client.destroyed) return;
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const [side, other] of [
      [client, server],
      [server, client],
    ] as const) {
      side.setNoDelay(true);
      side.on("error", over);
      side.on("close", over);
      side.on("data", (bytes) => {
        if (!pair.dead) other.write(bytes);
      });
    }
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");

  return {
    port: (listener.address() as AddressInfo).port,
    cut(how) {
      state = how;
      for (const { client } of pairs) end(client, how);
    },
    freeze() {
      state = "frozen";
      for (const pair of pairs) pair.dead = true;
    },
    mend() {
      state = "whole";
    },
    async stop() {
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
      listener.close();
      await once(listener, "close");
    },
  };
}
