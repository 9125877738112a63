import { sendWebhook } from "../fire.js";
import { json } from "../http/answer.js";
import { Problem } from "../http/problem.js";
import { type Call, type Endpoint, fieldsOf } from "../http/router.js";
import type { DeadAnswer, DeadInboxRecord } from "./types.js";
import type { Workbench } from "./dashboard-api.js";

/** Shown at one time; the rest is there once these are gone. */
const MOST = 500;

/** What was given up: webhooks by the platform, records by listeners, records in the inbox that was given. */
export function deadLetterEndpoints(bench: Workbench): Endpoint[] {
  const { core, courier, watch, inbox } = bench;
  const { log } = core.state;
  return [
    {
      method: "GET",
      path: "/dev/api/dead",
      async handle() {
        const answer: DeadAnswer = {
          webhooks: log.newest({ status: "error" }, MOST).map((line) => watch.row(line)),
          listeners: watch.listeners.dead().map((dead) => {
            const line = log.get(dead.id);
            return { ...dead, row: line === undefined ? null : watch.row(line) };
          }),
          inbox:
            inbox === undefined
              ? null
              : { kind: inbox.kind, records: await deadOf(inbox), counts: await inbox.counts() },
        };
        return json(answer);
      },
    },
    {
      method: "POST",
      path: "/dev/api/dead/replay",
      async handle(call) {
        const { from, ids } = chosenOf(call);
        if (from === "inbox") {
          if (inbox === undefined) throw new Problem(409, "No inbox was given: `earshot dev --inbox FILE`");
          return json({ replayed: await inbox.replay({ state: "dead", ...(ids !== undefined && { ids }) }) });
        }
        const lines = log
          .newest({ status: "error" }, MOST)
          .filter(({ event }) => ids?.includes(event.logId) ?? true);
        const sent = lines.filter(({ event }) => sendWebhook(core, courier, event));
        if (lines.length > 0 && sent.length === 0) throw new Problem(409, "No webhook is set up");
        return json({ replayed: sent.length });
      },
    },
  ];
}

async function deadOf(inbox: NonNullable<Workbench["inbox"]>) {
  const records: DeadInboxRecord[] = [];
  for await (const { id, triggerName, attempts, receivedAt, failures } of inbox.find({
    state: "dead",
    limit: MOST,
  })) {
    records.push({ id, triggerName, attempts, receivedAt, failures });
  }
  return records;
}

function chosenOf(call: Call): {
  readonly from: "inbox" | "webhooks";
  readonly ids: readonly string[] | undefined;
} {
  const { from, ids } = fieldsOf(call);
  if (from !== "inbox" && from !== "webhooks") throw new Problem(400, '`from` is "inbox" or "webhooks"');
  if (ids === undefined) return { from, ids: undefined };
  if (!Array.isArray(ids) || !ids.every((id): id is string => typeof id === "string")) {
    throw new Problem(400, "`ids` is a list of texts");
  }
  return { from, ids };
}
