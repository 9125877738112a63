import { api } from "../api.js";
import { countText, timeText } from "../format.js";
import { useAct, useAnswer } from "../hooks.js";
import { Badge } from "../parts/badge.js";
import { Empty } from "../parts/empty.js";
import { Note } from "../parts/note.js";
import type { DeadAnswer } from "../types.js";

/** What was given up, and a second life for it. */
export function DeadLetters() {
  const { answer, reload } = useAnswer<DeadAnswer>(
    "dead",
    (sight) => sight.type === "settled" || (sight.type === "step" && sight.step.type.startsWith("record.")),
  );
  const { act, busy, note } = useAct();
  const replay = (from: "inbox" | "webhooks", ids?: readonly string[]) =>
    void act(async () => {
      const { replayed } = await api<{ replayed: number }>("POST", "dead/replay", {
        from,
        ...(ids !== undefined && { ids }),
      });
      await reload();
      return `${countText(replayed, "event")} replayed.`;
    });
  if (answer === undefined) return <p>Loading…</p>;
  const { inbox, webhooks, listeners } = answer;
  return (
    <>
      <Note note={note} />
      <section className="card" aria-labelledby="inbox-title">
        <div className="head">
          <h2 id="inbox-title">In the inbox</h2>
          {inbox !== null && inbox.records.length > 0 && (
            <button type="button" disabled={busy} onClick={() => replay("inbox")}>
              Replay all
            </button>
          )}
        </div>
        {inbox === null && (
          <Empty title="No inbox was given">
            Start with <code>earshot dev --inbox events.db</code> to see and replay what is dead in it.
          </Empty>
        )}
        {inbox !== null && inbox.records.length === 0 && (
          <Empty title="Nothing is dead in it">{countText(inbox.counts.done ?? 0, "event")} done.</Empty>
        )}
        <ul className="rows">
          {inbox?.records.map(({ id, triggerName, attempts, receivedAt, failures }) => (
            <li key={id}>
              <div className="grow">
                <strong>{triggerName}</strong> <Badge tone="bad">{countText(attempts, "attempt")}</Badge>
                <p className="muted mono">
                  <a href={`#/events/${encodeURIComponent(id)}`}>{id}</a> · {timeText(receivedAt)}
                </p>
                <p className="error">
                  {[failures.at(-1)?.callback, failures.at(-1)?.message].filter(Boolean).join(": ")}
                </p>
              </div>
              <button
                type="button"
                className="quiet"
                disabled={busy}
                aria-label={`Replay ${id}`}
                onClick={() => replay("inbox", [id])}
              >
                Replay
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section className="card" aria-labelledby="webhooks-title">
        <div className="head">
          <h2 id="webhooks-title">Webhooks given up</h2>
          {webhooks.length > 0 && (
            <button type="button" disabled={busy} onClick={() => replay("webhooks")}>
              Send all again
            </button>
          )}
        </div>
        {webhooks.length === 0 && <Empty title="No webhook was given up" />}
        <ul className="rows">
          {webhooks.map(({ id, triggerName, at, error }) => (
            <li key={id}>
              <div className="grow">
                <strong>{triggerName}</strong>
                <p className="muted mono">
                  <a href={`#/events/${encodeURIComponent(id)}`}>{id}</a> · {timeText(at)}
                </p>
                <p className="error">{error}</p>
              </div>
              <button
                type="button"
                className="quiet"
                disabled={busy}
                aria-label={`Send again ${id}`}
                onClick={() => replay("webhooks", [id])}
              >
                Send again
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section className="card" aria-labelledby="told-title">
        <h2 id="told-title">Given up by listeners</h2>
        {listeners.length === 0 && <Empty title="No listener has given anything up" />}
        <ul className="rows">
          {listeners.map(({ id, at, message, row }) => (
            <li key={id}>
              <div className="grow">
                <strong>{row?.triggerName ?? "An event"}</strong>
                <p className="muted mono">
                  <a href={`#/events/${encodeURIComponent(id)}`}>{id}</a> · {timeText(at)}
                </p>
                <p className="error">{message}</p>
              </div>
              <a className="button quiet" href={`#/events/${encodeURIComponent(id)}`}>
                Its way
              </a>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
