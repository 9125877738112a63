import { api } from "../api.js";
import { spanText, timeText } from "../format.js";
import { useAct } from "../hooks.js";
import { Badge } from "../parts/badge.js";
import { Note } from "../parts/note.js";
import type { Attempt } from "../types.js";

/** One try of a webhook: what was sent, how it was signed, what came back. */
export function AttemptView({ attempt }: { readonly attempt: Attempt }) {
  const { act, busy, note } = useAct();
  const { "webhook-signature": signature = "none" } = attempt.requestHeaders;
  const event = encodeURIComponent(attempt.logId);
  return (
    <details className="attempt">
      <summary>
        <Badge tone={attempt.error === undefined ? "good" : "bad"}>{attempt.status ?? "no answer"}</Badge>
        <span className="mono id">{attempt.logId}</span>
        <span className="muted">
          attempt {attempt.attempt} · {spanText(attempt.durationMs)}
        </span>
        <time className="muted mono">{timeText(attempt.startedAt)}</time>
      </summary>
      {attempt.error !== undefined && (
        <p className="error">
          {attempt.error}
          {attempt.nextTryAt !== undefined && `; tried again at ${timeText(attempt.nextTryAt)}`}
        </p>
      )}
      <div className="actions small">
        <button
          type="button"
          className="quiet"
          disabled={busy}
          onClick={() =>
            void act(async () => {
              await api("POST", `events/${event}/webhook`);
              return "Sent once more.";
            })
          }
        >
          Retry
        </button>
        <a className="button quiet" href={`#/events/${event}`}>
          Its event
        </a>
      </div>
      <Note note={note} />
      <h3>Signature</h3>
      <p className="mono wrap">{signature}</p>
      <p className="muted">HMAC-SHA256, in Base64, of webhook-id.webhook-timestamp.body</p>
      <h3>Request</h3>
      <pre tabIndex={0} aria-label="Request">
        POST {attempt.url}
        {"\n"}
        {headerText(attempt.requestHeaders)}
        {"\n\n"}
        {attempt.requestBody}
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

function headerText(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}
