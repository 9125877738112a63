import { useSyncExternalStore } from "react";
import { events } from "../event-store.js";
import { Empty } from "../parts/empty.js";
import { FateBadge } from "../parts/fate-badge.js";

const MOST = 12;

/** What was fired from here, newest first, and what becomes of it. */
export function Fired({ ids }: { readonly ids: readonly string[] }) {
  useSyncExternalStore(events.subscribe, events.snapshot);
  return (
    <section className="card" aria-labelledby="fired-title">
      <h2 id="fired-title">Fired from here</h2>
      {ids.length === 0 && <Empty title="Nothing yet">Events and what becomes of them show up here.</Empty>}
      <ul className="rows">
        {ids.slice(0, MOST).map((id) => (
          <li key={id}>
            <FateBadge fate={events.fateOf({ id, fate: "fired" })} />
            <a className="mono grow" href={`#/events/${encodeURIComponent(id)}`}>
              {id}
            </a>
          </li>
        ))}
      </ul>
      {ids.length > MOST && (
        <p className="muted">
          and {(ids.length - MOST).toLocaleString("en")} more, in <a href="#/events">Events</a>
        </p>
      )}
    </section>
  );
}
