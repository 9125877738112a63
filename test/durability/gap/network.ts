import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** The network between listener and platform. */
export interface Network {
  readonly port: number;
  /** Ends every connection, and each new one, until `restore`: with RST or with FIN. */
  cut(how: "reset" | "finish"): void;
  /**
   * Swallows whatever is sent, both cuts, on every connection and each new one, until `restore`. Those of this time
   * stay dead: TCP does not lose bytes in the middle of a connection that lives.
   */
  freeze(): void;
  /** New connections work. */
  restore(): void;
  stop(): Promise<void>;
}

/** @param target the platform's port, which may be closed for a while */
export async function startNetwork(target: number): Promise<Network> {
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket; dead: boolean }>();
  const clients = new Set<Socket>();
  let state: "whole" | "frozen" | "reset" | "finish" = "whole";

  const end = (client: Socket, how: "reset" | "finish") => {
    if (how === "reset") client.resetAndDestroy();
    // Read to its end, without which the other side's FIN is never seen.
    else client.end().resume();
  };

  const listener = createServer((client) => {
    clients.add(client);
    client.on("error", () => undefined);
    client.on("close", () => clients.delete(client));
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
      side.on("data", (bytes: Buffer) => {
        if (!pair.dead) other.write(side === client ? addressed(bytes, target) : bytes);
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
    restore() {
      state = "whole";
    },
    async stop() {
      for (const { server } of pairs) server.destroy();
      for (const client of clients) client.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}

/** The platform answers to its own name alone, and the listener knows it by the network's. */
function addressed(bytes: Buffer, port: number): Buffer {
  const text = bytes.toString("latin1").replace(/^(host: 127\.0\.0\.1):\d+\r$/im, `$1:${port}\r`);
  return Buffer.from(text, "latin1");
}
