import { useState } from "react";
import { api } from "../api.js";
import { useAction } from "../hooks.js";
import { Badge } from "../parts/badge.js";
import { CopyButton } from "../parts/copy-button.js";
import { Empty } from "../parts/empty.js";
import { NoticeText } from "../parts/notice.js";
import { Secret } from "../parts/secret.js";
import type { DeliveriesResponse, StateResponse } from "../types.js";
import { useQuery } from "../use-query.js";
import { AttemptView } from "./attempt.js";
import { FaultPanel } from "./fault-panel.js";

/** Few enough that the faults below the attempts are found. "Show more" shows four times as many. */
const INITIAL_ATTEMPTS = 25;

const WEBHOOK_OPTION = "toolset.createTriggerListener({ webhook: { port: 8000 } })";

/** The webhook URL, every delivery attempt, and fault injection. */
export function Deliveries() {
  const { data } = useQuery<DeliveriesResponse>(
    "deliveries?limit=200",
    ({ type }) => type === "attempt" || type === "settled" || type === "fired",
  );
  const [maxShown, setMaxShown] = useState(INITIAL_ATTEMPTS);
  const { data: state, reload } = useQuery<StateResponse>(
    "state",
    ({ type }) => type === "fired" || type === "attempt" || type === "changed",
  );
  return (
    <div className="deliveries">
      <WebhookTarget state={state} onSet={() => void reload()} />
      <section className="card attempts" aria-labelledby="attempts-title">
        <h2 id="attempts-title">
          Attempts{" "}
          {data !== undefined && data.pending > 0 && <Badge tone="warn">{data.pending} pending</Badge>}
        </h2>
        {data?.deliveries.length === 0 && (
          <Empty title="No webhooks sent yet">
            Set the webhook URL, then <a href="#/fire">fire a trigger</a>. A listener with this option
            receives them at the URL that the field suggests:
            <pre>{WEBHOOK_OPTION}</pre>
            <CopyButton label="Copy" text={() => WEBHOOK_OPTION} />
          </Empty>
        )}
        {data?.deliveries.slice(0, maxShown).map((attempt) => (
          <AttemptView
            key={`${attempt.messageId} ${attempt.attempt} ${attempt.startedAt}`}
            attempt={attempt}
          />
        ))}
        {data !== undefined && data.deliveries.length > maxShown && (
          <button type="button" className="quiet" onClick={() => setMaxShown(maxShown * 4)}>
            Show more
          </button>
        )}
      </section>
      <FaultPanel faults={state?.faults} onSet={() => void reload()} />
    </div>
  );
}

/** The webhook URL and the signing secret. */
function WebhookTarget({
  state,
  onSet,
}: {
  readonly state: StateResponse | undefined;
  readonly onSet: () => void;
}) {
  const [url, setUrl] = useState<string>();
  const { run, busy, notice } = useAction();
  const chosen = url ?? state?.webhook?.url ?? "";
  const set = () =>
    run(async () => {
      const { url: now } = await api<{ url: string | null }>("PUT", "webhook", { url: chosen });
      setUrl(undefined);
      onSet();
      return now === null ? "Webhooks are off." : `Webhooks are sent to ${now}.`;
    });
  return (
    <section className="card target" aria-labelledby="target-title">
      <h2 id="target-title">Webhook URL</h2>
      <form
        className="bar"
        onSubmit={(submit) => {
          submit.preventDefault();
          void set();
        }}
      >
        <label className="grow">
          <span className="hidden">URL on this machine</span>
          <input
            type="text"
            inputMode="url"
            placeholder="http://127.0.0.1:8000/ (empty: off)"
            value={chosen}
            onChange={({ target }) => setUrl(target.value)}
          />
        </label>
        <button type="submit" disabled={busy}>
          Set
        </button>
      </form>
      <NoticeText notice={notice} />
      {state !== undefined && (
        <div className="secret">
          <p className="muted">
            Signing secret <Secret label="the secret" value={state.webhookSecret} />
          </p>
          <CopyButton label="Copy the secret" text={() => state.webhookSecret} />
        </div>
      )}
    </section>
  );
}
