import { useMemo } from "react";
import { api } from "../api.js";
import { countText } from "../format.js";
import { useAction } from "../hooks.js";
import { DeadLetterList, saveFile } from "../parts/dead-letter-list.js";
import { Empty } from "../parts/empty.js";
import { NoticeText } from "../parts/notice.js";
import type { RecordResponse } from "../types.js";
import { useRecords } from "./use-records.js";

/** The dead-letter queue of the inbox. */
export function InboxDeadLetters(props: {
  readonly count: number;
  /** Another number whenever the inbox has changed. */
  readonly changes: number;
  readonly isReadOnly: boolean;
  readonly onChange: () => void;
}) {
  const { count, changes, isReadOnly, onChange } = props;
  const { found, error, busy, more, reload } = useRecords("dead", "", "", changes);
  const { notice, ...action } = useAction();
  const rows = useMemo(
    () =>
      (found?.rows ?? []).map((row) => ({
        ...row,
        error: row.error ?? "",
        at: row.settledAt ?? row.receivedAt,
      })),
    [found],
  );
  const change = (what: "replay" | "drop") => async (ids: readonly string[]) => {
    const { changed } = await api<{ changed: number }>("POST", what, { ids });
    onChange();
    reload();
    return `${countText(changed, "event")} ${what === "replay" ? "replayed" : "dropped"}.`;
  };
  const exportRows = async (ids: readonly string[]) => {
    const lines: string[] = [];
    for (const id of ids) {
      const record = await api<RecordResponse>("GET", `records/${encodeURIComponent(id)}`);
      lines.push(JSON.stringify(record));
    }
    saveFile("dead-letters.jsonl", `${lines.join("\n")}\n`);
    return `${countText(lines.length, "event")} exported as JSON Lines.`;
  };
  if (error !== undefined)
    return (
      <p className="note bad" role="alert">
        {error}
      </p>
    );
  if (found !== undefined && rows.length === 0)
    return (
      <section className="card" aria-label="Dead letters">
        <NoticeText notice={notice} />
        <Empty title="No dead-lettered events">
          An event is dead-lettered once its attempts are used up. It stays here with its bytes and errors.
        </Empty>
      </section>
    );
  return (
    <section className="card" aria-label="Dead letters">
      <NoticeText notice={notice} />
      <DeadLetterList
        action={action}
        rows={rows}
        hrefOf={(id) => `#/status/dead/${encodeURIComponent(id)}`}
        replay={isReadOnly ? undefined : change("replay")}
        drop={isReadOnly ? undefined : change("drop")}
        exportRows={exportRows}
      />
      {found !== undefined && found.next !== null && (
        <p className="muted">
          {countText(rows.length, "event")} of {count.toLocaleString("en")}.{" "}
          <button type="button" className="quiet" disabled={busy} onClick={() => void more()}>
            Show more
          </button>
        </p>
      )}
    </section>
  );
}
