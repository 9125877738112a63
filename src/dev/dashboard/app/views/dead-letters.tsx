import { api } from "../api.js";
import { countText } from "../format.js";
import { useAction } from "../hooks.js";
import { CopyButton } from "../parts/copy-button.js";
import { DeadLetterList, saveFile } from "../parts/dead-letter-list.js";
import { Empty } from "../parts/empty.js";
import { NoticeText } from "../parts/notice.js";
import type { DeadLettersResponse } from "../types.js";
import { useQuery } from "../use-query.js";

/** Dead-lettered events and failed webhooks, each with a replay. */
export function DeadLettersView() {
  const { data, reload } = useQuery<DeadLettersResponse>(
    "dead",
    (update) =>
      update.type === "settled" || (update.type === "step" && update.step.type.startsWith("event.")),
  );
  const { run, busy, notice } = useAction();
  const replayed = async (from: "inbox" | "webhooks", ids?: readonly string[]) => {
    const body = { from, ...(ids !== undefined && { ids }) };
    const { replayed: count } = await api<{ replayed: number }>("POST", "dead/replay", body);
    await reload();
    return from === "inbox"
      ? `${countText(count, "event")} replayed.`
      : `${countText(count, "webhook")} sent again.`;
  };
  if (data === undefined) return <p>Loading…</p>;
  const { inbox, webhooks, listeners } = data;
  return (
    <>
      <NoticeText notice={notice} />
      <section className="card" aria-labelledby="inbox-title">
        <div className="head">
          <h2 id="inbox-title">Inbox</h2>
          {inbox !== null && inbox.records.length > 0 && (
            <button
              type="button"
              className="quiet"
              disabled={busy}
              onClick={() => void run(() => replayed("inbox"))}
            >
              Replay all
            </button>
          )}
        </div>
        {inbox === null && (
          <Empty title="No inbox is configured">
            Start it with an inbox to list and replay its dead-lettered events:
            <pre>earshot dev --inbox events.db</pre>
            <CopyButton label="Copy" text={() => "earshot dev --inbox events.db"} />
          </Empty>
        )}
        {inbox !== null && inbox.records.length === 0 && (
          <Empty title="No dead-lettered events">{countText(inbox.counts.done ?? 0, "event")} done.</Empty>
        )}
        {inbox !== null && inbox.records.length > 0 && (
          <DeadLetterList
            action={{ run, busy }}
            rows={inbox.records.map((record) => ({
              ...record,
              summary: record.summary ?? "",
              callback: record.failures.at(-1)?.callback ?? null,
              error: record.failures.at(-1)?.message ?? "",
              at: record.receivedAt,
            }))}
            hrefOf={(id) => `#/events/${encodeURIComponent(id)}`}
            replay={(ids) => replayed("inbox", ids)}
            drop={
              inbox.canDrop
                ? async (ids) => {
                    const { dropped } = await api<{ dropped: number }>("POST", "dead/drop", { ids });
                    await reload();
                    return `${countText(dropped, "event")} dropped.`;
                  }
                : undefined
            }
            exportRows={async (ids) => exported(inbox.records.filter(({ id }) => ids.includes(id)))}
          />
        )}
      </section>
      <section className="card" aria-labelledby="webhooks-title">
        <div className="head">
          <h2 id="webhooks-title">Failed webhooks</h2>
          {webhooks.length > 0 && (
            <button type="button" disabled={busy} onClick={() => void run(() => replayed("webhooks"))}>
              Retry all
            </button>
          )}
        </div>
        {webhooks.length === 0 ? (
          <Empty title="No failed webhooks">
            A webhook that failed for good stands here. Make one fail:{" "}
            <a href="#/deliveries">fault injection</a>.
          </Empty>
        ) : (
          <DeadLetterList
            action={{ run, busy }}
            verb="Retry"
            rows={webhooks.map((row) => ({ ...row, ...none, error: row.error ?? "" }))}
            hrefOf={(id) => `#/events/${encodeURIComponent(id)}/request`}
            replay={async (ids) => replayed("webhooks", ids)}
            exportRows={async (ids) => exported(webhooks.filter(({ id }) => ids.includes(id)))}
          />
        )}
      </section>
      <section className="card" aria-labelledby="listeners-title">
        <h2 id="listeners-title">Dead-lettered by listeners</h2>
        {listeners.length === 0 ? (
          <Empty title="No listener has dead-lettered an event">
            An event is dead-lettered once the attempts of a callback are used up. The option{" "}
            <code>retry</code> sets how many there are.
          </Empty>
        ) : (
          <DeadLetterList
            action={{ run, busy }}
            verb="Resend"
            rows={listeners.map(({ id, at, message, row }) => ({
              ...{ id, at, error: message, summary: row?.summary ?? "" },
              triggerName: row?.triggerName ?? "An event",
              callback: row?.progress.callback ?? null,
              attempts: row?.progress.attempts ?? 0,
            }))}
            hrefOf={(id) => `#/events/${encodeURIComponent(id)}/timeline`}
            replay={async (ids) => {
              for (const id of ids) await api("POST", `events/${encodeURIComponent(id)}/resend`);
              await reload();
              return `${countText(ids.length, "event")} sent again, each as a new event.`;
            }}
            exportRows={async (ids) => exported(listeners.filter(({ id }) => ids.includes(id)))}
          />
        )}
      </section>
    </>
  );
}

/** A webhook has no callback; how often it was sent stands in its event. */
const none = { callback: null, attempts: 0 } as const;

function exported(chosen: readonly unknown[]): string {
  saveFile("dead-letters.jsonl", `${chosen.map((one) => JSON.stringify(one)).join("\n")}\n`);
  return `${countText(chosen.length, "event")} exported as JSON Lines.`;
}
