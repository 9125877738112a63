import { useSyncExternalStore } from "react";
import { events } from "../event-store.js";
import { StatusBadge } from "../parts/badge.js";
import { Empty } from "../parts/empty.js";

const MAX_FIRED_SHOWN = 12;

/** The events fired from this page, newest first, each with its status. */
export function FiredEvents({ ids }: { readonly ids: readonly string[] }) {
  useSyncExternalStore(events.subscribe, events.snapshot);
  return (
    <section className="card" aria-labelledby="fired-title">
      <h2 id="fired-title">Fired from here</h2>
      {ids.length === 0 && <Empty title="Nothing fired yet">Events and their status appear here.</Empty>}
      <ul className="rows">
        {ids.slice(0, MAX_FIRED_SHOWN).map((id) => (
          <li key={id}>
            <StatusBadge status={events.updatedStatus(id) ?? "fired"} />
            <a className="mono grow" href={`#/events/${encodeURIComponent(id)}/timeline`}>
              {id}
            </a>
          </li>
        ))}
      </ul>
      {ids.length > MAX_FIRED_SHOWN && (
        <p className="muted">
          and {(ids.length - MAX_FIRED_SHOWN).toLocaleString("en")} more, in <a href="#/events">Events</a>
        </p>
      )}
    </section>
  );
}
