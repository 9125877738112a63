import { once } from "node:events";
import { createServer } from "node:net";

/** Below those that a system gives to outgoing connections (Linux: from 32768), which any of them could take. */
const FIRST = 12_000;
const COUNT = 20_000;
/** Each process of the test run begins at another place, and uses fewer than these. */
const APART = 97;
let next = (process.pid * APART) % COUNT;

/** A port that is free now, for where an address has to be known before anybody listens there. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries += 1) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) return port;
  }
  throw new Error("No port is free.");
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    // At every address, as a listener without `host` does.
    await once(server.listen(port), "listening");
    return true;
  } catch {
    return false;
  } finally {
    if (server.listening) await once(server.close(), "close");
  }
}
