import { api } from "../api.js";
import { countText, timeOfDay } from "../format.js";
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
  const replay = (from: "inbox" | "webhooks", ids?: readonly string[]) =>
    void run(async () => {
      const { replayed } = await api<{ replayed: number }>("POST", "dead/replay", {
        from,
        ...(ids !== undefined && { ids }),
      });
      await reload();
      return `${countText(replayed, "event")} replayed.`;
    });
  if (data === undefined) return <p>Loading…</p>;
  const { inbox, webhooks, listeners } = data;
  return (
    <>
      <NoticeText notice={notice} />
      <section className="card" aria-labelledby="inbox-title">
        <div className="head">
          <h2 id="inbox-title">Inbox</h2>
          {inbox !== null && inbox.records.length > 0 && (
            <button type="button" className="quiet" disabled={busy} onClick={() => replay("inbox")}>
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
            replay={async (ids) => {
              const { replayed } = await api<{ replayed: number }>("POST", "dead/replay", {
                from: "inbox",
                ids,
              });
              await reload();
              return `${countText(replayed, "event")} replayed.`;
            }}
            drop={
              inbox.canDrop
                ? async (ids) => {
                    const { dropped } = await api<{ dropped: number }>("POST", "dead/drop", { ids });
                    await reload();
                    return `${countText(dropped, "event")} dropped.`;
                  }
                : undefined
            }
            exportRows={async (ids) => {
              const chosen = inbox.records.filter(({ id }) => ids.includes(id));
              saveFile("dead-letters.jsonl", `${chosen.map((one) => JSON.stringify(one)).join("\n")}\n`);
              return `${countText(chosen.length, "event")} exported as JSON Lines.`;
            }}
          />
        )}
      </section>
      <section className="card" aria-labelledby="webhooks-title">
        <div className="head">
          <h2 id="webhooks-title">Failed webhooks</h2>
          {webhooks.length > 0 && (
            <button type="button" disabled={busy} onClick={() => replay("webhooks")}>
              Resend all
            </button>
          )}
        </div>
        {webhooks.length === 0 && <Empty title="No failed webhooks" />}
        <ul className="rows">
          {webhooks.map(({ id, triggerName, at, error }) => (
            <li key={id}>
              <div className="grow">
                <strong>{triggerName}</strong>
                <p className="muted mono">
                  <a href={`#/events/${encodeURIComponent(id)}`}>{id}</a> · {timeOfDay(at)}
                </p>
                <p className="error">{error}</p>
              </div>
              <button
                type="button"
                className="quiet"
                disabled={busy}
                aria-label={`Resend ${id}`}
                onClick={() => replay("webhooks", [id])}
              >
                Resend
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section className="card" aria-labelledby="listeners-title">
        <h2 id="listeners-title">Dead-lettered by listeners</h2>
        {listeners.length === 0 && <Empty title="No listener has dead-lettered an event" />}
        <ul className="rows">
          {listeners.map(({ id, at, message, row }) => (
            <li key={id}>
              <div className="grow">
                <strong>{row?.triggerName ?? "An event"}</strong>
                <p className="muted mono">
                  <a href={`#/events/${encodeURIComponent(id)}`}>{id}</a> · {timeOfDay(at)}
                </p>
                <p className="error">{message}</p>
              </div>
              <a className="button quiet" href={`#/events/${encodeURIComponent(id)}/timeline`}>
                Timeline
              </a>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
