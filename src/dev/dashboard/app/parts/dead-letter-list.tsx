import { type ReactNode, useMemo, useState } from "react";
import { type DeadLetterRow, groupDeadLetters } from "../dead-letter-groups.js";
import { ageText, countText, timeOfDay } from "../format.js";
import { type useAction, useNow } from "../hooks.js";
import { Badge } from "./badge.js";

/** Rows shown of one group, until more are asked for. */
const INITIAL_ROWS = 5;
/** Bars of a group's history. */
const BARS = 24;

/** Something that is done with the selected dead letters. @returns the notice */
export type DeadLetterAction = (ids: readonly string[]) => Promise<string>;

/** Dead letters by error, to select and to replay, drop or export. */
export function DeadLetterList(props: {
  readonly rows: readonly DeadLetterRow[];
  readonly hrefOf: (id: string) => string;
  readonly replay?: DeadLetterAction | undefined;
  /** What `replay` does: `Resend` makes a new event of it, `Retry` sends the same webhook again. */
  readonly verb?: "Replay" | "Resend" | "Retry";
  readonly drop?: DeadLetterAction | undefined;
  readonly exportRows: DeadLetterAction;
  /** Of the view: its notice stays when the last row leaves the list. */
  readonly action: Pick<ReturnType<typeof useAction>, "run" | "busy">;
}) {
  const { rows, hrefOf, replay, verb = "Replay", drop, exportRows } = props;
  const groups = useMemo(() => groupDeadLetters(rows), [rows]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isConfirming, setConfirming] = useState(false);
  const { run, busy } = props.action;
  const ids = rows.map(({ id }) => id).filter((id) => selected.has(id));
  const act = (action: DeadLetterAction, chosen: readonly string[]) =>
    void run(async () => {
      setConfirming(false);
      const text = await action(chosen);
      setSelected(new Set());
      return text;
    });
  const select = (chosen: readonly string[], isOn: boolean) => {
    const next = new Set(selected);
    for (const id of chosen) {
      if (isOn) next.add(id);
      else next.delete(id);
    }
    setSelected(next);
  };
  return (
    <>
      <div className="bar bulk">
        <Check
          label={ids.length === 0 ? "Select all" : `${ids.length} selected`}
          isOn={rows.length > 0 && ids.length === rows.length}
          isPartly={ids.length > 0 && ids.length < rows.length}
          onChange={(isOn) =>
            select(
              rows.map(({ id }) => id),
              isOn,
            )
          }
        />
        <span className="actions small">
          {replay !== undefined && (
            <button type="button" disabled={busy || ids.length === 0} onClick={() => act(replay, ids)}>
              {verb} selected
            </button>
          )}
          <button
            type="button"
            className="quiet"
            disabled={busy || ids.length === 0}
            onClick={() => act(exportRows, ids)}
          >
            Export selected
          </button>
          {drop !== undefined && (
            <button
              type="button"
              className="quiet danger"
              disabled={busy || ids.length === 0}
              onClick={() => (isConfirming ? act(drop, ids) : setConfirming(true))}
            >
              {isConfirming ? `Drop ${countText(ids.length, "event")} for good` : "Drop selected"}
            </button>
          )}
        </span>
      </div>
      {groups.map(({ key, callback, error, rows: members }) => {
        const memberIds = members.map(({ id }) => id);
        const chosen = memberIds.filter((id) => selected.has(id)).length;
        return (
          <section className="dead-group" key={key} aria-label={error}>
            <div className="dead-head">
              <Check
                label={`Select ${countText(members.length, "event")} of this error`}
                isLabelHidden
                isOn={chosen === members.length}
                isPartly={chosen > 0 && chosen < members.length}
                onChange={(isOn) => select(memberIds, isOn)}
              />
              <div className="grow">
                <p>
                  <Badge tone="bad">{members.length.toLocaleString("en")}</Badge>{" "}
                  {callback !== null && <code>{callback}</code>}
                </p>
                <p className="error">{error}</p>
              </div>
              <History rows={members} />
            </div>
            <Members rows={members} selected={selected} hrefOf={hrefOf} onSelect={select}>
              {replay !== undefined &&
                ((id) => (
                  <button
                    type="button"
                    className="quiet"
                    disabled={busy}
                    aria-label={`${verb} ${id}`}
                    onClick={() => act(replay, [id])}
                  >
                    {verb}
                  </button>
                ))}
            </Members>
          </section>
        );
      })}
    </>
  );
}

function Members(props: {
  readonly rows: readonly DeadLetterRow[];
  readonly selected: ReadonlySet<string>;
  readonly hrefOf: (id: string) => string;
  readonly onSelect: (ids: readonly string[], isOn: boolean) => void;
  readonly children: ((id: string) => ReactNode) | false;
}) {
  const { rows, selected, hrefOf, onSelect, children } = props;
  const [max, setMax] = useState(INITIAL_ROWS);
  const now = useNow(10_000);
  return (
    <ul className="rows dead-rows">
      {rows.slice(0, max).map(({ id, summary, triggerName, attempts, at }) => (
        <li key={id}>
          <Check
            label={`Select ${id}`}
            isLabelHidden
            isOn={selected.has(id)}
            onChange={(isOn) => onSelect([id], isOn)}
          />
          <div className="grow">
            <a href={hrefOf(id)}>{summary === "" ? triggerName : summary}</a>
            <p className="muted">
              <span className="mono">{id}</span> · {triggerName} ·{" "}
              {attempts > 0 && `${countText(attempts, "attempt")} · `}
              {timeOfDay(at)} ({ageText(now - at)})
            </p>
          </div>
          {children !== false && children(id)}
        </li>
      ))}
      {rows.length > max && (
        <li>
          <button type="button" className="quiet" onClick={() => setMax(max * 4)}>
            Show more ({(rows.length - max).toLocaleString("en")})
          </button>
        </li>
      )}
    </ul>
  );
}

/** How many of a group there were over time, from the first to the last. */
function History({ rows }: { readonly rows: readonly DeadLetterRow[] }) {
  const times = rows.map(({ at }) => at);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const counts: number[] = new Array(BARS).fill(0);
  for (const at of times) {
    const bar = to === from ? BARS - 1 : Math.floor(((at - from) / (to - from)) * (BARS - 1));
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  const highest = Math.max(...counts);
  const title = `${countText(rows.length, "event")} from ${timeOfDay(from)} to ${timeOfDay(to)}`;
  return (
    <svg className="history" viewBox={`0 0 ${BARS * 4} 24`} role="img" aria-label={title}>
      <title>{title}</title>
      {counts.map((count, at) => {
        const height = count === 0 ? 1 : 3 + (count / highest) * 21;
        // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
        return <rect key={at} x={at * 4} y={24 - height} width="3" height={height} />;
      })}
    </svg>
  );
}

function Check(props: {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly isOn: boolean;
  readonly isPartly?: boolean;
  readonly onChange: (isOn: boolean) => void;
}) {
  const { label, isLabelHidden = false, isOn, isPartly = false, onChange } = props;
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={isOn}
        ref={(element) => {
          if (element !== null) element.indeterminate = isPartly;
        }}
        onChange={({ target }) => onChange(target.checked)}
      />
      <span className={isLabelHidden ? "hidden" : ""}>{label}</span>
    </label>
  );
}

/** Offers a text as a file. */
export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
