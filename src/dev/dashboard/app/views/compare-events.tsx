import { useState } from "react";
import { events } from "../event-store.js";
import { timeOfDay } from "../format.js";
import { JsonDiff } from "../parts/json-diff.js";
import type { EventResponse } from "../types.js";
import { useQuery } from "../use-query.js";

/** Events of the same trigger that can be selected. */
const MAX_OFFERED = 30;

/** Selects another event of the same trigger, and shows what differs in its payload. */
export function CompareEvents({ event }: { readonly event: EventResponse["event"] }) {
  const [other, setOther] = useState("");
  const offered = events.rows
    .filter(({ triggerName, id }) => triggerName === event.triggerName && id !== event.logId)
    .slice(-MAX_OFFERED)
    .reverse();
  return (
    <>
      <label className="compare">
        <span>Compare with</span>
        <select value={other} onChange={({ target }) => setOther(target.value)}>
          <option value="">no other event</option>
          {offered.map(({ id, summary, at }) => (
            <option key={id} value={id}>
              {timeOfDay(at)} · {summary} · {id}
            </option>
          ))}
        </select>
      </label>
      {other !== "" && <Comparison key={other} id={other} event={event} />}
    </>
  );
}

function Comparison({ id, event }: { readonly id: string; readonly event: EventResponse["event"] }) {
  const { data, error } = useQuery<EventResponse>(`events/${encodeURIComponent(id)}`, () => false);
  if (data === undefined) return <p className="muted">{error ?? "Loading…"}</p>;
  return <JsonDiff before={data.event.payload} after={event.payload} />;
}
