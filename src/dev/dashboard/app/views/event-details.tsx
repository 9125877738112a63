import { api } from "../api.js";
import { barsOf } from "../event-bars.js";
import { events } from "../event-store.js";
import { durationText, timeOfDay } from "../format.js";
import { useAction } from "../hooks.js";
import { AttemptRow } from "../parts/attempt-row.js";
import { Badge } from "../parts/badge.js";
import { CompareEvents } from "../parts/compare-events.js";
import { CopyButton } from "../parts/copy-button.js";
import { Empty } from "../parts/empty.js";
import { EventCard, EventPending, FailureNote } from "../parts/event-head.js";
import { JsonTree } from "../parts/json-tree.js";
import { NoticeText } from "../parts/notice.js";
import { Tabs } from "../parts/tabs.js";
import { Waterfall } from "../parts/waterfall.js";
import type { EventResponse, TimelineStep } from "../types.js";
import { useQuery } from "../use-query.js";
import { AttemptView } from "./attempt.js";

/** Newest events among which those of the same trigger are looked for. */
const MAX_COMPARED = 2_000;

/** One event: its payload, timeline, requests and attempts, to resend, to replay and to copy. */
export function EventDetails(props: {
  readonly id: string;
  /** The location of the list. */
  readonly base: string;
  readonly tab: string | undefined;
}) {
  const { id, base, tab } = props;
  const { data, error, reload } = useQuery<EventResponse>(
    `events/${encodeURIComponent(id)}`,
    (update) => "id" in update && update.id === id,
  );
  if (data === undefined) return <EventPending error={error} />;
  const { event, row } = data;
  const { status } = events.progressOf(row);
  return (
    <EventCard {...event} summary={row.summary} facts={factsOf(data)} {...{ status, base }}>
      <Actions data={data} status={status} onChange={() => void reload()} />
      <Tabs
        label="Event"
        chosen={tab}
        onChoose={(next) => {
          location.replace(`${base}/${encodeURIComponent(id)}/${next}`);
        }}
        tabs={[
          { id: "payload", title: "Payload", content: () => <Payload data={data} /> },
          { id: "timeline", title: "Timeline", content: () => <TimelineTab data={data} /> },
          {
            id: "request",
            title: "Request",
            count: data.deliveries.length,
            content: () => <Request data={data} />,
          },
          {
            id: "attempts",
            title: "Attempts",
            count: attemptsOf(data).length,
            content: () => <Attempts data={data} />,
          },
        ]}
      />
    </EventCard>
  );
}

function factsOf({ event, row }: EventResponse) {
  const { source, durationMs } = events.progressOf(row);
  return [
    ["Event", event.logId],
    ["Fired at", timeOfDay(row.at)],
    ["Duration", durationMs === null ? "–" : durationText(durationMs)],
    ["Source", source ?? "–"],
    ["Trigger", event.instance.nanoId],
    ["User", event.account.userId],
  ] as const;
}

/** Why it failed, with the replay that fits, and the actions that are always there. */
function Actions(props: {
  readonly data: EventResponse;
  readonly status: string;
  readonly onChange: () => void;
}) {
  const { data, status, onChange } = props;
  const { event, row } = data;
  const { run, busy, notice } = useAction();
  const id = encodeURIComponent(event.logId);
  const failure = data.steps.findLast(
    ({ type }) => type === "event.dead-lettered" || type === "callback.failed" || type === "webhook.failed",
  );
  const resend = () =>
    run(async () => {
      const { logIds } = await api<{ logIds: string[] }>("POST", `events/${id}/resend`);
      location.hash = `#/events/${encodeURIComponent(logIds[0] ?? event.logId)}`;
      return "Sent again as a new event.";
    });
  const replay = () =>
    run(async () => {
      if (row.error !== null) await api("POST", `events/${id}/webhook`);
      else {
        const body = { from: "inbox", ids: [event.logId] };
        const { replayed } = await api<{ replayed: number }>("POST", "dead/replay", body);
        if (replayed === 0) throw new Error("The inbox has no dead-lettered event with this id.");
      }
      onChange();
      return row.error !== null ? "Its webhook is sent again." : "Replayed: its callbacks run again.";
    });
  return (
    <>
      {(status === "dead" || status === "failing") && (
        <FailureNote
          title={status === "dead" ? "Dead-lettered" : "Failing"}
          callback={failure?.callback}
          message={row.error ?? failure?.message}
        >
          {status === "dead" && (row.error !== null || data.hasInbox) && (
            <button type="button" disabled={busy} onClick={() => void replay()}>
              {row.error !== null ? "Send the webhook again" : "Replay"}
            </button>
          )}
        </FailureNote>
      )}
      <div className="actions small">
        <button type="button" disabled={busy} onClick={() => void resend()}>
          Resend
        </button>
        <a className="button quiet" href={`#/fire/${event.triggerName}/${id}`}>
          Edit and resend
        </a>
        <CopyButton label="Copy as curl" text={() => curlOf(event)} />
        <CopyButton label="Copy as test fixture" text={() => fixtureOf(event)} />
      </div>
      <NoticeText notice={notice} />
    </>
  );
}

function Payload({ data: { event } }: { readonly data: EventResponse }) {
  return (
    <>
      <div className="actions small">
        <CopyButton label="Copy as JSON" text={() => JSON.stringify(event.payload, undefined, 2)} />
        <CompareEvents
          id={event.logId}
          triggerName={event.triggerName}
          payload={event.payload}
          events={events.rows.slice(-MAX_COMPARED).reverse()}
          load={async (id) =>
            (await api<EventResponse>("GET", `events/${encodeURIComponent(id)}`)).event.payload
          }
        />
      </div>
      <JsonTree value={event.payload} />
    </>
  );
}

function TimelineTab({ data }: { readonly data: EventResponse }) {
  const { steps, toolRuns, modelRuns, row } = data;
  if (steps.length === 0)
    return (
      <Empty title="No steps in memory">The platform holds those of the last events since its start.</Empty>
    );
  return (
    <>
      <Waterfall bars={barsOf(data)} startAt={row.at} />
      {toolRuns.length + modelRuns.length > 0 && (
        <p className="muted">
          Tool calls and requests to the scripted model are those made while a callback ran on this event.
        </p>
      )}
      {steps.every(({ listener }) => listener === undefined) && (
        <p className="muted">
          No listener has reported this event yet. Listeners of earshot report to the local platform by
          default.
        </p>
      )}
    </>
  );
}

/** What the receiver made of the signature, as far as its response tells. */
function signatureResult(
  status: number | undefined,
): readonly [text: string, tone: "good" | "bad" | "plain"] {
  if (status === undefined) return ["No response", "plain"];
  if (status === 401) return ["Signature rejected", "bad"];
  return status < 300 ? ["Signature accepted", "good"] : ["Signature: the response does not tell", "plain"];
}

function Request({ data: { deliveries, event } }: { readonly data: EventResponse }) {
  if (deliveries.length === 0)
    return (
      <Empty title="No webhook request">
        The event went to WebSockets only. Set a URL under <a href="#/deliveries">Deliveries</a> to send
        webhooks: the request, its headers and its signature then stand here.
        <p className="mono wrap">
          {event.messageId} · {event.timestamp}
        </p>
      </Empty>
    );
  return (
    <>
      {deliveries.map((attempt) => {
        const [text, tone] = signatureResult(attempt.status);
        return (
          <div key={`${attempt.attempt} ${attempt.startedAt}`}>
            <p className="signature">
              <Badge tone={tone}>{text}</Badge>
            </p>
            <AttemptView attempt={attempt} isOpen={deliveries.length === 1} />
          </div>
        );
      })}
    </>
  );
}

function attemptsOf({ steps }: EventResponse): readonly TimelineStep[] {
  return steps.filter(({ type }) => type === "callback.done" || type === "callback.failed");
}

function Attempts({ data }: { readonly data: EventResponse }) {
  const attempts = attemptsOf(data);
  if (attempts.length === 0)
    return <Empty title="No callback has run">Each run of a callback stands here, with its error.</Empty>;
  const logsOf = (step: TimelineStep) =>
    data.logs.find(
      ({ callback, attempt, at }) => callback === step.callback && attempt === step.attempt && at === step.at,
    )?.lines ?? [];
  return (
    <ol className="rows attempts-list">
      {attempts.map((step, at) => (
        <AttemptRow
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no id, and are only ever added
          key={at}
          name={step.callback ?? ""}
          hasFailed={step.type !== "callback.done"}
          details={`attempt ${step.attempt} · ${timeOfDay(step.at)} · ${durationText(step.durationMs ?? 0)}${
            step.retryInMs === undefined ? "" : ` · retry in ${durationText(step.retryInMs)}`
          }`}
          message={step.message}
          stack={step.stack}
          logs={logsOf(step)}
        />
      ))}
    </ol>
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
