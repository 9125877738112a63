import { useState } from "react";
import { api } from "../api.js";
import { useAct, useAnswer } from "../hooks.js";
import { Badge } from "../parts/badge.js";
import { CopyButton } from "../parts/copy-button.js";
import { Empty } from "../parts/empty.js";
import { Note } from "../parts/note.js";
import type { DeliveriesAnswer, StateAnswer } from "../types.js";
import { AttemptView } from "./attempt.js";
import { FaultPanel } from "./fault-panel.js";

/** So many attempts are shown before somebody asks for more: what stands below them is to be found. */
const AT_FIRST = 25;

/** Each webhook attempt, and what can be made to go wrong. */
export function Deliveries() {
  const { answer } = useAnswer<DeliveriesAnswer>(
    "deliveries?limit=200",
    ({ type }) => type === "attempt" || type === "settled" || type === "fired",
  );
  const [most, setMost] = useState(AT_FIRST);
  const { answer: state, reload } = useAnswer<StateAnswer>(
    "state",
    ({ type }) => type === "fired" || type === "attempt" || type === "changed",
  );
  return (
    <div className="deliveries">
      <Target state={state} onSet={() => void reload()} />
      <section className="card attempts" aria-labelledby="attempts-title">
        <h2 id="attempts-title">
          Attempts{" "}
          {answer !== undefined && answer.pending > 0 && <Badge tone="warn">{answer.pending} pending</Badge>}
        </h2>
        {answer?.deliveries.length === 0 && (
          <Empty title="No webhook has been sent">
            Say where webhooks are to go, then <a href="#/fire">fire a trigger</a>.
          </Empty>
        )}
        {answer?.deliveries.slice(0, most).map((attempt) => (
          <AttemptView
            key={`${attempt.messageId} ${attempt.attempt} ${attempt.startedAt}`}
            attempt={attempt}
          />
        ))}
        {answer !== undefined && answer.deliveries.length > most && (
          <button type="button" className="quiet" onClick={() => setMost(most * 4)}>
            Show more
          </button>
        )}
      </section>
      <FaultPanel faults={state?.faults} onSet={() => void reload()} />
    </div>
  );
}

/** Where webhooks go, and what they are signed with. */
function Target({ state, onSet }: { readonly state: StateAnswer | undefined; readonly onSet: () => void }) {
  const [url, setUrl] = useState<string>();
  const { act, busy, note } = useAct();
  const chosen = url ?? state?.webhook?.url ?? "";
  const set = () =>
    act(async () => {
      const { url: now } = await api<{ url: string | null }>("PUT", "webhook", { url: chosen });
      setUrl(undefined);
      onSet();
      return now === null ? "Webhooks go nowhere." : `Webhooks go to ${now}.`;
    });
  return (
    <section className="card target" aria-labelledby="target-title">
      <h2 id="target-title">Where webhooks go</h2>
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
            placeholder="http://127.0.0.1:8000/; empty for nowhere"
            value={chosen}
            onChange={({ target }) => setUrl(target.value)}
          />
        </label>
        <button type="submit" disabled={busy}>
          Set
        </button>
      </form>
      <Note note={note} />
      {state !== undefined && (
        <div className="secret">
          <p className="muted">
            Signed with <code className="wrap">{state.webhookSecret}</code>
          </p>
          <CopyButton label="Copy the secret" text={() => state.webhookSecret} />
        </div>
      )}
    </section>
  );
}
