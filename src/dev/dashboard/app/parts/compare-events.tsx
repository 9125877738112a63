import { useEffect, useState } from "react";
import { timeOfDay } from "../format.js";
import { errorMessage } from "../hooks.js";
import { JsonDiff } from "./json-diff.js";

/** Events of the same trigger that can be selected. */
const MAX_OFFERED = 30;

interface OfferedEvent {
  readonly id: string;
  readonly triggerName: string;
  readonly summary: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Selects another event of the same trigger, and shows what differs in its payload. */
export function CompareEvents(props: {
  readonly id: string;
  readonly triggerName: string;
  readonly payload: unknown;
  /** Newest first; those of other triggers are left out. */
  readonly events: readonly OfferedEvent[];
  /** The payload of another event. */
  readonly load: (id: string) => Promise<unknown>;
}) {
  const { id, triggerName, payload, events, load } = props;
  const [other, setOther] = useState("");
  const offered = events
    .filter((event) => event.triggerName === triggerName && event.id !== id)
    .slice(0, MAX_OFFERED);
  return (
    <>
      <label className="compare">
        <span>Compare with</span>
        <select value={other} onChange={({ target }) => setOther(target.value)}>
          <option value="">no other event</option>
          {offered.map((event) => (
            <option key={event.id} value={event.id}>
              {timeOfDay(event.at)} · {event.summary} · {event.id}
            </option>
          ))}
        </select>
      </label>
      {other !== "" && <Comparison key={other} after={payload} load={() => load(other)} />}
    </>
  );
}

function Comparison({ after, load }: { readonly after: unknown; readonly load: () => Promise<unknown> }) {
  const [before, setBefore] = useState<{ readonly payload: unknown }>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    load().then(
      (payload) => setBefore({ payload }),
      (thrown) => setError(errorMessage(thrown)),
    );
  }, []);
  if (before === undefined) return <p className="muted">{error ?? "Loading…"}</p>;
  return <JsonDiff before={before.payload} after={after} />;
}
