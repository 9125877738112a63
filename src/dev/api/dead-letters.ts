import { sendWebhook } from "../fire.js";
import { type Call, type Endpoint, fieldsOf } from "../http/endpoint.js";
import { HttpProblem } from "../http/http-problem.js";
import type { ApiContext } from "./context.js";
import type { DeadAnswer, DeadInboxRecord } from "./types.js";

/** Shown at one time; the rest is there once these are gone. */
const MOST = 500;

/** What was given up: webhooks by the platform, records by listeners, records in the inbox that was given. */
export function deadLetterEndpoints(api: ApiContext): Endpoint[] {
  const { context, sender, monitor, inbox } = api;
  const { log } = context.state;
  const summaryOf = (id: string) => {
    const line = log.get(id);
    return line === undefined ? null : monitor.row(line).summary;
  };
  return [
    {
      method: "GET",
      path: "/dev/api/dead",
      async handle(c) {
        const answer: DeadAnswer = {
          webhooks: log.newest({ status: "error" }, MOST).map((line) => monitor.row(line)),
          listeners: monitor.listeners.dead().map((dead) => {
            const line = log.get(dead.id);
            return { ...dead, row: line === undefined ? null : monitor.row(line) };
          }),
          inbox:
            inbox === undefined
              ? null
              : {
                  kind: inbox.kind,
                  canDrop: inbox.drop !== undefined,
                  records: await deadOf(inbox, summaryOf),
                  counts: await inbox.counts(),
                },
        };
        return c.json(answer);
      },
    },
    {
      method: "POST",
      path: "/dev/api/dead/drop",
      async handle(c) {
        const { ids } = fieldsOf(c);
        if (!Array.isArray(ids) || ids.length === 0) throw new HttpProblem(400, "`ids` is a list of ids");
        if (inbox?.drop === undefined) throw new HttpProblem(409, "No inbox was given that can drop records");
        return c.json({ dropped: await inbox.drop({ state: "dead", ids: ids.map(String) }) });
      },
    },
    {
      method: "POST",
      path: "/dev/api/dead/replay",
      async handle(c) {
        const { from, ids } = chosenOf(c);
        if (from === "inbox") {
          if (inbox === undefined)
            throw new HttpProblem(409, "No inbox was given: `earshot dev --inbox FILE`");
          return c.json({
            replayed: await inbox.replay({ state: "dead", ...(ids !== undefined && { ids }) }),
          });
        }
        const lines = log
          .newest({ status: "error" }, MOST)
          .filter(({ event }) => ids?.includes(event.logId) ?? true);
        const sent = lines.filter(({ event }) => sendWebhook(context, sender, event));
        if (lines.length > 0 && sent.length === 0) throw new HttpProblem(409, "No webhook is set up");
        return c.json({ replayed: sent.length });
      },
    },
  ];
}

async function deadOf(inbox: NonNullable<ApiContext["inbox"]>, summaryOf: (id: string) => string | null) {
  const records: DeadInboxRecord[] = [];
  for await (const { id, triggerName, attempts, receivedAt, failures } of inbox.find({
    state: "dead",
    limit: MOST,
  })) {
    records.push({ id, triggerName, attempts, receivedAt, failures, summary: summaryOf(id) });
  }
  return records;
}

function chosenOf(c: Call): {
  readonly from: "inbox" | "webhooks";
  readonly ids: readonly string[] | undefined;
} {
  const { from, ids } = fieldsOf(c);
  if (from !== "inbox" && from !== "webhooks") throw new HttpProblem(400, '`from` is "inbox" or "webhooks"');
  if (ids === undefined) return { from, ids: undefined };
  if (!Array.isArray(ids) || !ids.every((id): id is string => typeof id === "string")) {
    throw new HttpProblem(400, "`ids` is a list of strings");
  }
  return { from, ids };
}
