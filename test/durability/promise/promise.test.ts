import { setMaxListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Toolset } from "earshot";
import { type Platform, startPlatform } from "earshot/dev";
import { expect, onTestFinished, test } from "vitest";
import { start as earshot } from "../../cli/cli.js";
import { freePort } from "../../support/free-port.js";
import { compile } from "../../support/program.js";
import { startRedis, withoutRedis } from "../../support/redis-server.js";
import { seeded, seedOf } from "../../support/seeded.js";
import { TRIGGER } from "./callbacks.js";
import { send } from "./deliver.js";
import { Ledger } from "./ledger.js";
import { Receiver } from "./process.js";
import { allSenders } from "./senders.js";

const EVENTS = Number(process.env.PROMISE_EVENTS ?? 250);
const SEED = Number(process.env.PROMISE_SEED ?? Math.floor(Math.random() * 2 ** 32));
/** From so many events on, each inbox is tried with both generations of the platform. */
const LONG_FORM = 5000;
/** Long enough for a rolling restart in the middle. */
const DURATION_MS = Math.max(5000, EVENTS * 2);
/** Nothing more has come for so long: it will not come any more. */
const PATIENCE_MS = 30_000;

interface Kind {
  readonly name: string;
  readonly program: string;
  readonly apiVersion: "v3" | "v1";
  /** @returns where the inbox is, and how the command line is told of it */
  readonly start: (folder: string) => Promise<{ readonly inbox: string; readonly words: readonly string[] }>;
}

const sqlite = async (folder: string) => {
  const inbox = join(folder, "events.db");
  return { inbox, words: ["--db", inbox] };
};
const redis = async () => {
  const server = await startRedis({ appendonly: "yes", appendfsync: "always" });
  onTestFinished(() => server.stop());
  return { inbox: server.url, words: ["--redis", server.url] };
};
const onSqlite = { name: "2 processes on one SQLite file", program: "receiver-sqlite.ts", start: sqlite };
const onRedis = { name: "2 workers on Redis", program: "receiver-redis.ts", start: redis };
// The platform's older shape has no ids: there, the content tells copies from events.
const short: readonly Kind[] = [
  { ...onSqlite, apiVersion: "v3" },
  { ...onRedis, apiVersion: "v1" },
];
const long: readonly Kind[] = [...short, { ...onSqlite, apiVersion: "v1" }, { ...onRedis, apiVersion: "v3" }];
const kinds = EVENTS < LONG_FORM ? short : long;

test.each(
  kinds
    .filter(({ start }) => start !== redis || withoutRedis === undefined)
    .map((kind) => [kind.name, kind.apiVersion, kind] as const),
)(
  `%s, events of generation %s: of ${EVENTS} events, each that is acknowledged runs in the callbacks that ask for it, or is dead or unmatched where it can be seen (PROMISE_SEED=${SEED})`,
  { timeout: 120_000 + EVENTS * 20 },
  async (name, apiVersion, { program, start }) => {
    const folder = mkdtempSync(join(tmpdir(), "earshot-promise-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const log = join(folder, "log");
    const ledger = new Ledger(log);
    const ending = new AbortController();
    const { signal } = ending;
    setMaxListeners(0, signal);
    onTestFinished(() => ending.abort());
    const { inbox, words } = await start(folder);
    const platform = await startPlatform({ webhookRetry: { attempts: 20, baseMs: 100, capMs: 1000 } });
    onTestFinished(() => platform.stop());
    await enable(platform);
    const compiled = await compile(join(import.meta.dirname, program));
    const ports = [await freePort(), await freePort()] as const;
    const receivers = ports.map((port, at) => {
      const env = { PORT: String(port), PROCESS: String(at + 1), SEED: String(SEED), LOG: log, INBOX: inbox };
      const all = { ...env, BASE_URL: platform.url, API_VERSION: apiVersion };
      const errors = join(folder, `errors-${at + 1}`);
      return new Receiver(
        { program: compiled, errors, env: all, onDied: (why) => ending.abort(why) },
        ledger,
      );
    });
    onTestFinished(async () => {
      await Promise.all(receivers.map((receiver) => receiver.kill()));
    });
    const list = async (state: string) => {
      const { code, stdout, stderr } = await (
        await earshot(["inbox", "ls", ...words, "--state", state, "--json"])
      ).ended;
      if (code !== 0) throw new Error(`earshot inbox ls ended with ${code}: ${stderr}`);
      const lines = stdout.split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as { id: string; provider: string; done: string[] });
    };

    await Promise.all(receivers.map((receiver) => receiver.start({ VERSION: "old" })));
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    let count = 0;
    const next = () => {
      count += 1;
      return count;
    };
    const senders = allSenders(platform.project.webhookSecret);
    const events = Math.ceil(EVENTS / (senders.length + 1));
    const sending = Promise.all([
      ...senders.map((sender) =>
        send({
          sender,
          events,
          durationMs: DURATION_MS,
          agent,
          random: seeded(seedOf(SEED, sender.name)),
          port: () => ports[Math.random() < 0.5 ? 0 : 1],
          next,
          signal,
          onAcknowledged: (request) => ledger.acknowledged(sender.name, request.events),
          onUnsure: (request) => ledger.unsure(sender.name, request.events),
        }),
      ),
      fire(platform, events, next, ledger, signal),
    ]);

    const restarting = (async () => {
      while (ledger.size < EVENTS / 2) await sleep(50, undefined, { signal });
      // What no process asks for yet is there to be seen.
      const forms = (await list("unmatched")).filter(({ provider }) => provider === "forms");
      expect(forms.length).toBeGreaterThan(0);
      for (const receiver of receivers) {
        await receiver.stop();
        await receiver.start({ VERSION: "new" });
      }
      return forms.length;
    })();
    const [leftMeanwhile] = await Promise.all([restarting, sending]).catch((error: unknown) => {
      // What a process said when it ended says more than what it made impossible.
      throw signal.aborted ? signal.reason : error;
    });

    await settled(ledger, receivers);
    const faults = ledger.faults();
    await Promise.all(receivers.map((receiver) => receiver.stop()));
    const died = receivers.flatMap((receiver) => receiver.died);
    const dead = (await list("dead")).map(({ id }) => id);
    const unmatched = await list("unmatched");
    const unfinished = await list("waiting,running");
    const { lost, swallowed, runAfterDone, runTwice, runUnasked, takenForAnother } = faults;
    const sum = `${ledger.size} events from ${senders.length + 1} senders, ${name}, generation ${apiVersion}: ${ledger.size} acknowledged, ${lost.length} lost, ${swallowed.length} swallowed, ${runAfterDone.length} run after done, ${runTwice.length} run twice, ${dead.length} dead, ${unmatched.length} unmatched (${leftMeanwhile} more before the restart), ${died.length} processes ended; ${ledger.odd} of ${ledger.runs} runs odd ${JSON.stringify(Object.fromEntries(ledger.lines))}\n`;
    process.stdout.write(sum);
    const explained = [
      ...ledger.troubles,
      ...ledger.linesAbout([...runAfterDone, ...runTwice, ...swallowed]),
    ];
    if (explained.length > 0) process.stdout.write(`${explained.join("\n")}\n`);

    expect(died).toEqual([]);
    expect({ lost, swallowed, runAfterDone, runTwice, runUnasked, takenForAnother }).toEqual({
      lost: [],
      swallowed: [],
      runAfterDone: [],
      runTwice: [],
      runUnasked: [],
      takenForAnother: [],
    });
    expect(ledger.size).toBeGreaterThanOrEqual(EVENTS);
    expect(dead.sort()).toEqual(ledger.dead.sort());
    // What a callback has done under its earlier name waits for one of that name.
    expect(
      unmatched
        .filter(({ done }) => done.length === 0)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ledger.unasked.sort());
    expect(unmatched.filter(({ done, provider }) => done.length > 0 && provider !== "ticker")).toEqual([]);
    expect(unfinished).toEqual([]);
  },
);

async function enable(platform: Platform): Promise<void> {
  const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url });
  await toolset.enableTrigger(TRIGGER, {});
  await toolset.close();
}

/** Events of the platform: each goes over every WebSocket, and as a webhook to the process that registered last. */
async function fire(
  platform: Platform,
  events: number,
  next: () => number,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  const random = seeded(seedOf(SEED, "the platform"));
  let number = next();
  for (let fired = 0; fired < events; fired += 1) {
    const due = startedAt + (DURATION_MS * fired) / events;
    await sleep(Math.max(0, due - performance.now()), undefined, { signal });
    // The same words again are another event.
    if (random() < 0.9) number = next();
    await platform.fire(TRIGGER, { data: { text: "fired", number } });
    ledger.acknowledged("the platform", [{ number, asks: ["onTrigger"] }]);
  }
}

/** Waits until nothing is missing, or nothing more comes. */
async function settled(ledger: Ledger, receivers: readonly Receiver[]): Promise<void> {
  let giveUpAt = performance.now() + PATIENCE_MS;
  let missing = Number.POSITIVE_INFINITY;
  for (;;) {
    ledger.read();
    const { lost, swallowed } = ledger.faults();
    const now = lost.length + swallowed.length;
    if (now < missing) giveUpAt = performance.now() + PATIENCE_MS;
    missing = now;
    const isOver = receivers.some(({ died }) => died.length > 0);
    if (missing === 0 || isOver || performance.now() > giveUpAt) break;
    await sleep(250);
  }
  // Whatever runs once more would do so now.
  await sleep(1000);
  ledger.read();
}
