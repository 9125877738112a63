import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A wire between client and server that can be cut, stalled and spoilt. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that stand now. */
  readonly connections: number;
  /** Ends every connection with RST on the client's side. */
  reset(): void;
  /** Ends every connection with FIN, at whatever byte it is. */
  finish(): void;
  /** Passes nothing on, either way, and keeps every connection: a half-open one, as a dead router leaves it. */
  stall(): void;
  /** Passes on again; what was held back is lost. */
  flow(): void;
  /** Passes on what new connections say; those that stand stay silent for ever. */
  replace(): void;
  /** Ends every connection; those that come lead to another server. @param port on this machine */
  divert(port: number): void;
  /** Keeps back what the server says, until the returned function lets it pass. */
  hold(): () => void;
  /** Passes on what the server says so many milliseconds later. */
  delay(ms: number): void;
  /** Changes what the server sends on its way to the client. */
  corrupt(change: ((bytes: Buffer) => Buffer) | undefined): void;
  stop(): Promise<void>;
}

/** @param targetPort on this machine */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket; silent: boolean }>();
  let target = targetPort;
  let stalled = false;
  let held: (() => void)[] | undefined;
  let delayMs = 0;
  let change: ((bytes: Buffer) => Buffer) | undefined;

  const listener = createServer((client) => {
    const server = connect(target, "127.0.0.1");
    const pair = { client, server, silent: false };
    pairs.add(pair);
    const over = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const side of [client, server]) {
      side.setNoDelay(true);
      side.on("error", over);
      side.on("close", over);
    }
    client.on("data", (bytes) => {
      if (!stalled && !pair.silent) server.write(bytes);
    });
    const delayed = new InOrder();
    server.on("data", (bytes) => {
      if (stalled || pair.silent) return;
      const pass = () => void client.write(change === undefined ? bytes : change(bytes));
      if (held !== undefined) held.push(pass);
      else delayed.after(delayMs, pass);
    });
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, "127.0.0.1", resolve);
  });

  return {
    port: (listener.address() as AddressInfo).port,
    get connections() {
      return pairs.size;
    },
    reset() {
      for (const { client } of pairs) client.resetAndDestroy();
    },
    finish() {
      for (const { client } of pairs) client.end();
    },
    stall() {
      stalled = true;
    },
    flow() {
      stalled = false;
    },
    replace() {
      for (const pair of pairs) pair.silent = true;
      stalled = false;
    },
    divert(port) {
      target = port;
      for (const { client } of pairs) client.resetAndDestroy();
    },
    hold() {
      const kept: (() => void)[] = [];
      held = kept;
      return () => {
        held = undefined;
        for (const pass of kept) pass();
      };
    },
    delay(ms) {
      delayMs = ms;
    },
    corrupt(fn) {
      change = fn;
    },
    async stop() {
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** Passes on later, and never before what came earlier: a delay that becomes shorter changes no order of bytes. */
class InOrder {
  readonly #waiting: { readonly dueAt: number; readonly pass: () => void }[] = [];

  after(delayMs: number, pass: () => void): void {
    if (delayMs === 0 && this.#waiting.length === 0) pass();
    else if (this.#waiting.push({ dueAt: performance.now() + delayMs, pass }) === 1) this.#wait();
  }

  #wait(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    setTimeout(() => {
      this.#waiting.shift();
      first.pass();
      this.#wait();
    }, first.dueAt - performance.now()).unref();
  }
}
