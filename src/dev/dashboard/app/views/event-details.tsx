import { api } from "../api.js";
import { timeText } from "../format.js";
import { useAct, useAnswer } from "../hooks.js";
import { CopyButton } from "../parts/copy-button.js";
import { JsonTree } from "../parts/json-tree.js";
import { Note } from "../parts/note.js";
import { Way } from "../parts/way.js";
import type { EventDetail } from "../types.js";

/** One event: its way, its payload, and what can be done with it. */
export function EventDetails({ id }: { readonly id: string }) {
  const { answer, error } = useAnswer<EventDetail>(
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
        <h2>{event.triggerName}</h2>
        <a className="button quiet" href="#/events" aria-label="Close the event">
          Close
        </a>
      </div>
      <p className="muted mono">
        {event.logId} · {timeText(answer.row.at)} · {event.instance.nanoId} · {event.account.userId}
      </p>
      <div className="actions">
        <button type="button" disabled={busy} onClick={() => void resend()}>
          Resend
        </button>
        <a className="button quiet" href={`#/fire/${event.triggerName}/${encodeURIComponent(id)}`}>
          Edit and resend
        </a>
        <CopyButton label="Copy as JSON" text={() => JSON.stringify(event.payload, undefined, 2)} />
        <CopyButton label="Copy as curl" text={() => curlOf(event)} />
        <CopyButton label="Copy as test fixture" text={() => fixtureOf(event)} />
      </div>
      <Note note={note} />
      <h3>Its way</h3>
      <Way steps={steps} firedAt={answer.row.at} />
      <h3>Payload</h3>
      <JsonTree value={event.payload} />
    </section>
  );
}

function curlOf({ triggerName, payload }: EventDetail["event"]): string {
  const body = JSON.stringify({ name: triggerName, data: payload }).replaceAll("'", "'\\''");
  return `curl '${location.origin}/dev/api/fire' -H 'x-earshot-dev: 1' -H 'content-type: application/json' -d '${body}'`;
}

function fixtureOf({ triggerName, payload }: EventDetail["event"]): string {
  const text = `${JSON.stringify(triggerName)}, ${JSON.stringify(payload, undefined, 2)}`;
  return `import { fakeEvent } from "earshot/testing";\n\nexport const event = fakeEvent(${text});\n`;
}
