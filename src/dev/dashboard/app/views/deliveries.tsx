import { useState } from "react";
import { api } from "../api.js";
import { spanText, timeText } from "../format.js";
import { useAct, useAnswer } from "../hooks.js";
import { Badge } from "../parts/badge.js";
import { Empty } from "../parts/empty.js";
import { Note } from "../parts/note.js";
import type { Attempt, PlatformState } from "../types.js";
import { FaultPanel } from "./fault-panel.js";

/** Each webhook attempt, and what can be made to go wrong. */
export function Deliveries() {
  const { answer } = useAnswer<{ pending: number; deliveries: Attempt[] }>(
    "deliveries?limit=200",
    (sight) => sight.type === "attempt" || sight.type === "settled",
  );
  const { answer: state, reload } = useAnswer<PlatformState>(
    "state",
    (sight) => sight.type === "fired" || sight.type === "attempt",
  );
  const [url, setUrl] = useState<string>();
  const { act, busy, note } = useAct();
  return (
    <>
      <section className="card" aria-labelledby="target-title">
        <h2 id="target-title">Where webhooks go</h2>
        <form
          className="bar"
          onSubmit={(submit) => {
            submit.preventDefault();
            void act(async () => {
              const { url: now } = await api<{ url: string | null }>("PUT", "webhook", {
                url: url ?? state?.webhook?.url ?? "",
              });
              await reload();
              return now === null ? "Webhooks go nowhere." : `Webhooks go to ${now}.`;
            });
          }}
        >
          <label className="grow">
            <span className="hidden">URL on this machine</span>
            <input
              type="text"
              inputMode="url"
              placeholder="http://127.0.0.1:8000/"
              value={url ?? state?.webhook?.url ?? ""}
              onChange={({ target }) => setUrl(target.value)}
            />
          </label>
          <button type="submit" disabled={busy}>
            Set
          </button>
        </form>
        <Note note={note} />
      </section>
      <FaultPanel faults={state?.faults} onSet={() => void reload()} />
      <section className="card" aria-labelledby="attempts-title">
        <h2 id="attempts-title">
          Attempts{" "}
          {answer !== undefined && answer.pending > 0 && <Badge tone="warn">{answer.pending} pending</Badge>}
        </h2>
        {answer?.deliveries.length === 0 && (
          <Empty title="No webhook has been sent">
            Say where webhooks are to go, then <a href="#/fire">fire a trigger</a>.
          </Empty>
        )}
        {answer?.deliveries.map((attempt) => (
          <AttemptView
            key={`${attempt.messageId} ${attempt.attempt} ${attempt.startedAt}`}
            attempt={attempt}
          />
        ))}
      </section>
    </>
  );
}

function AttemptView({ attempt }: { readonly attempt: Attempt }) {
  const { act, busy, note } = useAct();
  const { "webhook-signature": signature = "none" } = attempt.requestHeaders;
  return (
    <details className="attempt">
      <summary>
        <Badge tone={attempt.error === undefined ? "good" : "bad"}>{attempt.status ?? "no answer"}</Badge>
        <span className="mono id">{attempt.logId}</span>
        <span>attempt {attempt.attempt}</span>
        <span className="muted">{spanText(attempt.durationMs)}</span>
        <time className="muted mono">{timeText(attempt.startedAt)}</time>
      </summary>
      <div className="actions">
        <button
          type="button"
          className="quiet"
          disabled={busy}
          onClick={() =>
            void act(async () => {
              await api("POST", `events/${encodeURIComponent(attempt.logId)}/webhook`);
              return "Sent once more.";
            })
          }
        >
          Retry
        </button>
        <a className="button quiet" href={`#/events/${encodeURIComponent(attempt.logId)}`}>
          Its event
        </a>
      </div>
      <Note note={note} />
      {attempt.error !== undefined && (
        <p className="error">
          {attempt.error}
          {attempt.nextTryAt !== undefined && `; tried again at ${timeText(attempt.nextTryAt)}`}
        </p>
      )}
      <h3>Signature</h3>
      <p className="mono wrap">{signature}</p>
      <h3>Request</h3>
      <pre tabIndex={0} aria-label="Request headers">
        POST {attempt.url}
        {"\n"}
        {headerText(attempt.requestHeaders)}
      </pre>
      <h3>Answer</h3>
      <pre tabIndex={0} aria-label="Answer">
        {attempt.status ?? "none"}
        {"\n"}
        {headerText(attempt.answerHeaders)}
        {"\n\n"}
        {attempt.answerBody}
      </pre>
    </details>
  );
}

function headerText(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}
