import { api } from "../api.js";
import { events } from "../event-store.js";
import { timeText } from "../format.js";
import { useAct, useAnswer } from "../hooks.js";
import { CopyButton } from "../parts/copy-button.js";
import { FateBadge } from "../parts/fate-badge.js";
import { Icon } from "../parts/icon.js";
import { JsonTree } from "../parts/json-tree.js";
import { Note } from "../parts/note.js";
import { Way } from "../parts/way.js";
import type { EventAnswer } from "../types.js";

/** One event: its way, its payload, and what can be done with it. */
export function EventDetails({ id }: { readonly id: string }) {
  const { answer, error } = useAnswer<EventAnswer>(
    `events/${encodeURIComponent(id)}`,
    (sight) => (sight.type === "step" && sight.id === id) || (sight.type === "settled" && sight.id === id),
  );
  const { act, busy, note } = useAct();
  if (answer === undefined)
    return (
      <section className="card" aria-label="Event">
        <p>{error ?? "Loading…"}</p>
      </section>
    );
  const { event, steps } = answer;
  const resend = () =>
    act(async () => {
      const { logIds } = await api<{ logIds: string[] }>("POST", `events/${encodeURIComponent(id)}/resend`);
      location.hash = `#/events/${encodeURIComponent(logIds[0] ?? id)}`;
      return "Sent again, as a new event.";
    });
  return (
    <section className="card detail" aria-label="Event">
      <div className="head">
        <div>
          <FateBadge fate={events.fateOf(answer.row)} />
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
          <dd className="mono">{timeText(answer.row.at)}</dd>
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
      <Note note={note} />
      <h3>Its way</h3>
      <Way steps={steps} firedAt={answer.row.at} />
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

function curlOf({ triggerName, payload }: EventAnswer["event"]): string {
  const body = JSON.stringify({ name: triggerName, data: payload }).replaceAll("'", "'\\''");
  return `curl '${location.origin}/dev/api/fire' -H 'x-earshot-dev: 1' -H 'content-type: application/json' -d '${body}'`;
}

function fixtureOf({ triggerName, payload }: EventAnswer["event"]): string {
  const text = `${JSON.stringify(triggerName)}, ${JSON.stringify(payload, undefined, 2)}`;
  return `import { fakeEvent } from "earshot/testing";\n\nexport const event = fakeEvent(${text});\n`;
}
