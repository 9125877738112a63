import { useCallback, useEffect, useState } from "react";
import { api } from "../api.js";
import { durationText, momentText } from "../format.js";
import { errorMessage, useAction } from "../hooks.js";
import { AttemptRow } from "../parts/attempt-row.js";
import { Badge } from "../parts/badge.js";
import { CompareEvents } from "../parts/compare-events.js";
import { CopyButton } from "../parts/copy-button.js";
import { Empty } from "../parts/empty.js";
import { EventCard, EventPending, FailureNote } from "../parts/event-head.js";
import { JsonTree } from "../parts/json-tree.js";
import { NoticeText } from "../parts/notice.js";
import { RawText } from "../parts/secret.js";
import { Tabs } from "../parts/tabs.js";
import { type Bar, Waterfall } from "../parts/waterfall.js";
import type { ListedRecord, RecordResponse } from "../types.js";

/** One record: its payload, timeline, request and failures. */
export function RecordDetails(props: {
  readonly id: string;
  readonly base: string;
  readonly tab: string | undefined;
  readonly isReadOnly: boolean;
  /** The records of the list, to compare with. */
  readonly listed: readonly ListedRecord[];
  readonly onChange: () => void;
}) {
  const { id, base, tab, isReadOnly, listed, onChange } = props;
  const [data, setData] = useState<RecordResponse>();
  const [error, setError] = useState<string>();
  const load = useCallback(async () => {
    try {
      setData(await api<RecordResponse>("GET", `records/${encodeURIComponent(id)}`));
    } catch (thrown) {
      setError(errorMessage(thrown));
    }
  }, [id]);
  useEffect(() => void load(), [load]);
  const { run, busy, notice } = useAction();
  if (data === undefined) return <EventPending error={error} />;
  const { row } = data;
  const change = (what: "replay" | "drop") =>
    run(async () => {
      const { changed } = await api<{ changed: number }>("POST", what, { ids: [id] });
      if (changed === 0) throw new Error("Nothing was changed: another process has the record.");
      onChange();
      if (what === "replay") await load();
      return what === "replay" ? "Replayed: a listener of this inbox runs it again." : "Dropped.";
    });
  const failure = data.failures.at(-1);
  return (
    <EventCard {...row} status={row.state} facts={factsOf(data)} base={base}>
      {row.state === "dead" && (
        <FailureNote title="Dead-lettered" callback={failure?.callback} message={failure?.message}>
          {!isReadOnly && (
            <button type="button" disabled={busy} onClick={() => void change("replay")}>
              Replay
            </button>
          )}
        </FailureNote>
      )}
      {!isReadOnly && row.state !== "running" && row.state !== "waiting" && (
        <div className="actions small">
          {row.state !== "dead" && (
            <button type="button" className="quiet" disabled={busy} onClick={() => void change("replay")}>
              Replay
            </button>
          )}
          <button type="button" className="quiet danger" disabled={busy} onClick={() => void change("drop")}>
            Drop
          </button>
        </div>
      )}
      <NoticeText notice={notice} />
      <Tabs
        label="Event"
        chosen={tab}
        onChoose={(next) => location.replace(`${base}/${encodeURIComponent(id)}/${next}`)}
        tabs={[
          { id: "payload", title: "Payload", content: () => <Payload {...{ data, listed }} /> },
          {
            id: "timeline",
            title: "Timeline",
            content: () => <Waterfall bars={barsOf(data)} startAt={row.receivedAt} />,
          },
          { id: "request", title: "Request", content: () => <Request data={data} /> },
          {
            id: "attempts",
            title: "Attempts",
            count: data.failures.length,
            content: () => <Failures data={data} />,
          },
        ]}
      />
    </EventCard>
  );
}

function factsOf({ row, dueAt, orderKey, done }: RecordResponse): readonly (readonly [string, string])[] {
  return [
    ["Event", row.id],
    ["Received", momentText(row.receivedAt)],
    ["Settled", row.settledAt === null ? "–" : momentText(row.settledAt)],
    ["Source", `${row.source}, ${row.provider}`],
    ["Attempts", String(row.attempts)],
    ...(row.state === "waiting" ? [["Runs at", momentText(dueAt)] as const] : []),
    ...(orderKey === null ? [] : [["Order key", orderKey] as const]),
    ...(done.length === 0 ? [] : [["Done", done.join(", ")] as const]),
  ];
}

function Payload(props: { readonly data: RecordResponse; readonly listed: readonly ListedRecord[] }) {
  const { data, listed } = props;
  return (
    <>
      <div className="actions small">
        <CopyButton label="Copy as JSON" text={() => JSON.stringify(data.payload, undefined, 2)} />
        <CopyButton label="Copy the body" text={() => data.body} />
        <CompareEvents
          id={data.row.id}
          triggerName={data.row.triggerName}
          payload={data.payload}
          events={listed.map((row) => ({ ...row, at: row.receivedAt }))}
          load={async (id) => (await api<RecordResponse>("GET", `records/${encodeURIComponent(id)}`)).payload}
        />
      </div>
      <JsonTree value={data.payload} />
    </>
  );
}

function barsOf({ row, failures, steps }: RecordResponse): Bar[] {
  const bars: Bar[] = [
    { title: `Received, from ${row.source}`, tone: "info", from: row.receivedAt, to: row.receivedAt },
  ];
  for (const { callback, attempt, at, message } of failures) {
    const title = `${callback ?? "The delivery"} failed, attempt ${attempt}`;
    bars.push({ title, tone: "warn", from: at, to: at, detail: message });
  }
  for (const { callback, name, at } of steps) {
    bars.push({ title: `Step ${name}`, tone: "plain", from: at, to: at, detail: callback, level: 1 });
  }
  if (row.settledAt !== null) {
    const isDead = row.state === "dead";
    bars.push({
      title: isDead ? "Dead-lettered" : "Done",
      ...{ tone: isDead ? ("bad" as const) : ("good" as const), from: row.receivedAt, to: row.settledAt },
      detail: `${durationText(row.settledAt - row.receivedAt)} after it was received`,
    });
  }
  return bars.sort((a, b) => a.to - b.to);
}

function Request({ data }: { readonly data: RecordResponse }) {
  const headers = Object.entries(data.headers ?? {});
  return (
    <>
      <p className="signature">
        <Badge tone={data.signed ? "good" : "warn"}>
          {data.signed ? "Verified" : "Accepted without a signature"}
        </Badge>{" "}
        <span className="muted">
          {data.row.provider}
          {data.route !== null && ` at ${data.route}`}
        </span>
      </p>
      <h3>Headers</h3>
      {headers.length === 0 ? (
        <p className="muted">No headers are stored with it, as with events that came over a WebSocket.</p>
      ) : (
        <RawText
          label="Headers"
          text={headers.map(([name, value]) => `${name}: ${String(value)}`).join("\n")}
        />
      )}
      <h3>Body</h3>
      <RawText label="Body" text={data.body} />
    </>
  );
}

function Failures({ data: { failures, steps } }: { readonly data: RecordResponse }) {
  if (failures.length === 0 && steps.length === 0)
    return <Empty title="No failed attempts">A failed run of a callback stands here, with its stack.</Empty>;
  return (
    <ol className="rows attempts-list">
      {[...failures].reverse().map(({ callback, attempt, at, message, stack }) => (
        <AttemptRow
          key={`${attempt} ${callback} ${at}`}
          name={callback ?? "The delivery"}
          hasFailed
          details={`attempt ${attempt} · ${momentText(at)}`}
          message={message}
          stack={stack}
        />
      ))}
      {steps.map(({ callback, name, at, result }) => (
        <li key={`step ${callback} ${name}`}>
          <div className="grow">
            <strong>{name}</strong> <Badge tone="good">step done</Badge>
            <p className="muted">
              {callback} · {momentText(at)}
            </p>
            {result !== null && <RawText label="Result" text={result.slice(0, 2_000)} />}
          </div>
        </li>
      ))}
    </ol>
  );
}
