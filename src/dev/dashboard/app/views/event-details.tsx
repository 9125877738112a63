import { api } from "../api.js";
import { events } from "../event-store.js";
import { timeOfDay } from "../format.js";
import { useAction, useQuery } from "../hooks.js";
import { StatusBadge } from "../parts/badge.js";
import { CopyButton } from "../parts/copy-button.js";
import { Icon } from "../parts/icon.js";
import { JsonTree } from "../parts/json-tree.js";
import { NoticeText } from "../parts/notice.js";
import { Timeline } from "../parts/timeline.js";
import type { EventResponse } from "../types.js";

/** One event: its timeline and payload, to resend and to copy. */
export function EventDetails({ id }: { readonly id: string }) {
  const { data, error } = useQuery<EventResponse>(
    `events/${encodeURIComponent(id)}`,
    (update) =>
      (update.type === "step" && update.id === id) || (update.type === "settled" && update.id === id),
  );
  const { run, busy, notice } = useAction();
  if (data === undefined)
    return (
      <section className="card" aria-label="Event">
        <p>{error ?? "Loading…"}</p>
      </section>
    );
  const { event, steps } = data;
  const resend = () =>
    run(async () => {
      const { logIds } = await api<{ logIds: string[] }>("POST", `events/${encodeURIComponent(id)}/resend`);
      location.hash = `#/events/${encodeURIComponent(logIds[0] ?? id)}`;
      return "Sent again as a new event.";
    });
  return (
    <section className="card detail" aria-label="Event">
      <div className="head">
        <div>
          <StatusBadge status={events.statusOf(data.row)} />
          <h2>{event.triggerName}</h2>
        </div>
        <a className="button quiet square" href="#/events" aria-label="Close the event">
          <Icon name="close" />
        </a>
      </div>
      <dl className="facts">
        <div>
          <dt>Event</dt>
          <dd className="mono">{event.logId}</dd>
        </div>
        <div>
          <dt>Fired at</dt>
          <dd className="mono">{timeOfDay(data.row.at)}</dd>
        </div>
        <div>
          <dt>Trigger</dt>
          <dd className="mono">{event.instance.nanoId}</dd>
        </div>
        <div>
          <dt>User</dt>
          <dd className="mono">{event.account.userId}</dd>
        </div>
      </dl>
      <div className="actions">
        <button type="button" disabled={busy} onClick={() => void resend()}>
          Resend
        </button>
        <a className="button quiet" href={`#/fire/${event.triggerName}/${encodeURIComponent(id)}`}>
          Edit and resend
        </a>
      </div>
      <NoticeText notice={notice} />
      <h3>Timeline</h3>
      <Timeline steps={steps} firedAt={data.row.at} />
      <h3>Payload</h3>
      <div className="actions small">
        <CopyButton label="Copy as JSON" text={() => JSON.stringify(event.payload, undefined, 2)} />
        <CopyButton label="Copy as curl" text={() => curlOf(event)} />
        <CopyButton label="Copy as test fixture" text={() => fixtureOf(event)} />
      </div>
      <JsonTree value={event.payload} />
    </section>
  );
}

function curlOf({ triggerName, payload }: EventResponse["event"]): string {
  const body = JSON.stringify({ name: triggerName, data: payload }).replaceAll("'", "'\\''");
  return `curl '${location.origin}/dev/api/fire' -H 'x-earshot-dev: 1' -H 'content-type: application/json' -d '${body}'`;
}

function fixtureOf({ triggerName, payload }: EventResponse["event"]): string {
  const text = `${JSON.stringify(triggerName)}, ${JSON.stringify(payload, undefined, 2)}`;
  return `import { fakeEvent } from "earshot/testing";\n\nexport const event = fakeEvent(${text});\n`;
}
