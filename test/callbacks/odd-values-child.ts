// Receives events whose callbacks do with odd values what the event's payload says, and tells how each record ended.
// See odd-values.test.ts.
import { type InboxRecord, TriggerListener } from "earshot";
import { signedWebhook } from "earshot/testing";
import { childInbox } from "../listener/child-inbox.js";
import { oddValues } from "../support/odd-values.js";
import type { Case, Ended, Order } from "./odd-cases.js";

const secret = "a secret of some length";
const MOST_CASES = 4;
const ATTEMPT_TIMEOUT_MS = 250;

const inbox = childInbox();
const listener = new TriggerListener({
  inbox,
  webhook: { port: 0, host: "127.0.0.1", secrets: secret },
  attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
  retry: { attempts: 1 },
});
const orders = new Map<string, readonly Case[]>();
const make = ({ value }: Case) => oddValues.find(({ name }) => name === value)?.make();

function raise(one: Case): never {
  throw make(one);
}

for (let at = 0; at < MOST_CASES; at += 1) {
  const caseOf = (id: string) => orders.get(id)?.[at];
  listener.callback(
    {
      where(event) {
        const one = caseOf(event.id);
        if (one?.way === "the filter throws") raise(one);
        return one !== undefined;
      },
    },
    (event) => {
      const one = caseOf(event.id);
      if (one?.way === "throws") raise(one);
      if (one?.way === "rejects with") return (async () => raise(one))();
      if (one?.way === "returns") return make(one);
      if (one?.way === "resolves with") return (async () => make(one))();
      return undefined;
    },
    { name: `odd ${at}` },
  );
  for (const way of ["a report's listener throws", "a report's listener returns"] as const) {
    listener.on("callback.done", ({ id, callback }) => {
      const one = callback === `odd ${at}` ? caseOf(id) : undefined;
      if (one?.way !== way) return undefined;
      return way === "a report's listener throws" ? raise(one) : make(one);
    });
  }
}
listener.callback({}, () => undefined, { name: "plain" });

async function run({ id, cases }: Order): Promise<Ended> {
  orders.set(id, cases);
  const ended = new Promise<"done" | "dead">((resolve) => {
    for (const state of ["done", "dead"] as const) {
      const off = listener.on(state === "done" ? "event.done" : "event.dead-lettered", (report) => {
        if (report.id !== id) return;
        off();
        resolve(state);
      });
    }
  });
  const { headers, body } = signedWebhook({ secret, triggerName: "ODD", payload: {}, logId: id });
  const response = await fetch(`${listener.health().webhook?.url}/webhook`, {
    method: "POST",
    headers,
    body,
  });
  if (response.status !== 200) throw new Error(`The delivery was answered with ${response.status}.`);
  const state = await ended;
  let record: InboxRecord | undefined;
  for await (const found of inbox.find({ ids: [id] })) record = found;
  return {
    id,
    state,
    stored: record?.state,
    done: record?.done ?? [],
    failures: (record?.failures ?? []).map(({ callback, message, stack = "" }) => ({
      callback,
      message: message.length,
      stack: stack.length,
      isWellFormed: message.isWellFormed() && stack.isWellFormed(),
    })),
  };
}

await listener.start();
process.on("message", (order: Order) => {
  run(order).then(
    (ended) => process.send?.(ended),
    (error: unknown) => process.send?.({ id: order.id, error: String(error) }),
  );
});
process.once("disconnect", () => void listener.stop());
process.send?.("ready");
