// A listener on an MCP server that can be killed at any instant. What it has done stands in a file, line by line, in
// the order in which it happened: `run ID` before a callback's work, `done ID` once the inbox has recorded it.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { type McpSourceOptions, TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { readLedger } from "../durability/crash/ledger.js";
import { sayWhatWasDone } from "../durability/crash/receiver.js";

/** What the program is told, as JSON. */
export interface ClientProgramOptions {
  readonly db: string;
  readonly log: string;
  readonly mcp: McpSourceOptions;
  /** The webhook server's port. Default: none is opened. */
  readonly port?: number;
  /** Files with the key and the certificate of the webhook server. Default: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const LEASE_MS = 1000;
const { db, log, mcp, port, tls } = JSON.parse(process.argv[2] ?? "") as ClientProgramOptions;
const say = (text: string) => appendFileSync(log, `${text.replaceAll("\n", " ")}\n`);
const inboxOf = () => sqliteInbox({ path: db });
if (existsSync(log)) await sayWhatWasDone(inboxOf(), LEASE_MS, readLedger(log).unfinished, say);
say("begin");
const listener = new TriggerListener({
  inbox: inboxOf(),
  // The kills are the test's: no event is to blame for them.
  maxCrashes: 1_000_000,
  leaseMs: LEASE_MS,
  signals: false,
  mcp,
  ...(port !== undefined && {
    webhook: {
      port,
      host: "127.0.0.1",
      ...(tls !== undefined && { tls: { key: readFileSync(tls.key), cert: readFileSync(tls.cert) } }),
    },
  }),
});
listener.callback({}, async function work(event) {
  say(`run ${event.id}`);
  // Long enough for a kill to fall into it now and then.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
});
listener.on("event.done", ({ id }) => say(`done ${id}`));
listener.on("event.dead-lettered", ({ id, message }) => say(`dead ${id} ${message}`));
listener.on("gap.opened", ({ detail }) => say(`gap.opened ${detail}`));
listener.on("gap.filled", ({ found, missed }) => say(`gap.filled ${found} ${missed}`));
listener.on("gap.unfilled", ({ error }) => say(`gap.unfilled ${error.message}`));
listener.on("inbox.error", ({ error }) => say(`trouble ${error.message}`));
listener.on("warning", ({ error }) => say(`warning ${error.message}`));
await listener.start();
say("up");
process.stdout.write("up\n");
