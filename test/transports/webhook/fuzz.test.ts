import { connect } from "node:net";
import { join } from "node:path";
import { signedWebhook } from "earshot/testing";
import { expect, test } from "vitest";
import { compile, run } from "../../support/program.js";
import { fuzzCase, Random } from "./fuzz-requests.js";

/** `npm run test:fuzz` sends a million. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 1500);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const CONNECTIONS = 32;
/** What an idle process's heap goes up and down by, after a collection. */
const NOISE_BYTES = 4 * 1024 * 1024;
/** The limit for a case without a response or an end, milliseconds: the server has 10 s for a head and for a body. */
const PATIENCE_MS = 60_000;

const secret = "a secret that no fuzzer knows";

interface Facts {
  readonly bytes: number;
  readonly callbacks: number;
  readonly kept: number;
  readonly troubles: readonly string[];
  readonly polluted: boolean;
  readonly inFlight: number;
  readonly dead: number;
}

/** Sends one case on a separate connection, and waits until the server has closed it. @returns statuses */
function send(port: number, writes: readonly Buffer[], at: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    // Of all of 127.0.0.0/8, so that a million connections do not wait for a port to be free again.
    const localAddress = `127.0.${1 + (at % 200)}.${1 + (Math.floor(at / 200) % 200)}`;
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    let heard = "";
    const limit = setTimeout(() => {
      socket.destroy();
      reject(new Error(`Case ${at} was neither answered nor closed; heard ${JSON.stringify(heard)}`));
    }, PATIENCE_MS);
    socket.on("data", (bytes) => {
      heard += bytes.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("end", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(limit);
      resolve([...heard.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status)));
    });
    socket.on("connect", () => {
      socket.setNoDelay(true);
      const next = (left: readonly Buffer[]): void => {
        const [first, ...rest] = left;
        if (first === undefined) socket.end();
        else socket.write(first, () => setImmediate(next, rest));
      };
      next(writes);
    });
  });
}

test(`${REQUESTS} requests that nobody signed, seed ${SEED}: no crash, no callback, nothing left behind`, {
  timeout: 300_000 + REQUESTS * 20,
}, async () => {
  const receiver = run(await compile(join(import.meta.dirname, "receiver.ts")), [], { SECRET: secret });
  const [, server = "", side = ""] = (await receiver.line(/^up /)).split(" ");
  const facts = async () => (await (await fetch(`http://127.0.0.1:${side}`)).json()) as Facts;
  const random = new Random(SEED);
  const statuses = new Map<number, number>();
  const kinds = new Map<string, number>();
  let sent = 0;
  const work = async (until: number) => {
    while (sent < until) {
      const at = sent;
      sent += 1;
      const { kind, writes } = fuzzCase(random);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      for (const status of await send(Number(server), writes, at)) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
  };
  const all = (until: number) => Promise.all(Array.from({ length: CONNECTIONS }, () => work(until)));

  // What is compiled, cached and pooled on the way is there after the first of them.
  await all(Math.min(20_000, REQUESTS / 2));
  const before = await facts();
  await all(REQUESTS);
  await expect.poll(async () => (await facts()).inFlight, { timeout: 30_000 }).toBe(0);
  const after = await facts();

  expect(after).toMatchObject({ callbacks: 0, kept: 0, dead: 0, troubles: [], polluted: false });
  expect(after.bytes - before.bytes, "bytes more than before").toBeLessThan(NOISE_BYTES);
  // Nothing fails inside, and what is malformed, forged or too large is told so.
  const seen = [...statuses.keys()].sort();
  expect(
    seen.filter((status) => ![100, 200, 400, 401, 404, 405, 413, 415, 417, 431].includes(status)),
  ).toEqual([]);
  expect(seen).toEqual(expect.arrayContaining([400, 401, 404, 405, 415]));
  expect(kinds.size).toBeGreaterThan(10);

  const { headers, body } = signedWebhook({ secret, triggerName: "ACME_X", payload: { sound: true } });
  const good = await fetch(`http://127.0.0.1:${server}/webhook`, { method: "POST", headers, body });
  expect(good.status).toBe(200);
  expect(await facts()).toMatchObject({ callbacks: 1, kept: 1 });
  if (REQUESTS > 100_000) {
    const told = {
      sent,
      seed: SEED,
      bytesMore: after.bytes - before.bytes,
      statuses: [...statuses],
      kinds: [...kinds],
    };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  }
});
