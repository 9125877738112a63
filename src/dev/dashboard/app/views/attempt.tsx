import { api } from "../api.js";
import { durationText, timeOfDay } from "../format.js";
import { useAction } from "../hooks.js";
import { Badge } from "../parts/badge.js";
import { NoticeText } from "../parts/notice.js";
import { RawText } from "../parts/secret.js";
import type { DeliveryAttempt } from "../types.js";

/** One attempt to deliver a webhook: signature, request and response. */
export function AttemptView({
  attempt,
  isOpen = false,
}: {
  readonly attempt: DeliveryAttempt;
  readonly isOpen?: boolean;
}) {
  const { run, busy, notice } = useAction();
  const { "webhook-signature": signature = "none" } = attempt.requestHeaders;
  const event = encodeURIComponent(attempt.logId);
  return (
    <details className="attempt" open={isOpen}>
      <summary>
        <Badge tone={attempt.error === undefined ? "good" : "bad"}>{attempt.status ?? "no response"}</Badge>
        <span className="mono id">{attempt.logId}</span>
        <span className="muted">
          attempt {attempt.attempt} · {durationText(attempt.durationMs)}
        </span>
        <time className="muted mono">{timeOfDay(attempt.startedAt)}</time>
      </summary>
      {attempt.error !== undefined && (
        <p className="error">
          {attempt.error}
          {attempt.nextTryAt !== undefined && `; next attempt at ${timeOfDay(attempt.nextTryAt)}`}
        </p>
      )}
      <div className="actions small">
        <button
          type="button"
          className="quiet"
          disabled={busy}
          onClick={() =>
            void run(async () => {
              await api("POST", `events/${event}/webhook`);
              return "Sent again.";
            })
          }
        >
          Retry
        </button>
        <a className="button quiet" href={`#/events/${event}`}>
          Event
        </a>
      </div>
      <NoticeText notice={notice} />
      <h3>Signature</h3>
      <p className="mono wrap">{signature}</p>
      <p className="muted">Base64 of the HMAC-SHA256 of webhook-id.webhook-timestamp.body</p>
      <h3>Request</h3>
      <RawText
        label="Request"
        text={`POST ${attempt.url}\n${headerText(attempt.requestHeaders)}\n\n${attempt.requestBody}`}
      />
      <h3>Response</h3>
      <RawText
        label="Response"
        text={`${attempt.status ?? "none"}\n${headerText(attempt.answerHeaders)}\n\n${attempt.answerBody}`}
      />
    </details>
  );
}

function headerText(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}
