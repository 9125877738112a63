import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "../api.js";
import { countText } from "../format.js";
import { errorMessage, useAction } from "../hooks.js";
import { Empty } from "../parts/empty.js";
import { JsonEditor } from "../parts/json-editor.js";
import { NoticeText } from "../parts/notice.js";
import { SchemaForm } from "../parts/schema-form.js";
import type { EventResponse, JsonRecord, StateResponse, TriggerType } from "../types.js";
import { useQuery } from "../use-query.js";
import { FiredEvents } from "./fired-events.js";
import { SavedSamples } from "./saved-samples.js";
import { TriggerSelect } from "./trigger-select.js";

/** Fires a trigger with a payload, as its app would. */
export function Fire({
  chosen,
  from,
}: {
  readonly chosen: string | undefined;
  readonly from: string | undefined;
}) {
  const { data: catalog } = useQuery<{ triggers: TriggerType[] }>("triggers", () => false);
  const { data: state } = useQuery<StateResponse>(
    "state",
    (update) => update.type === "changed" && update.what === "triggers",
  );
  const [payload, setPayload] = useState<JsonRecord>();
  const [triggerId, setTriggerId] = useState<string>();
  const [fired, setFired] = useState<readonly string[]>([]);
  /** Undefined while the form is shown. */
  const [text, setText] = useState<string>();
  const isForm = useRef(false);
  const [count, setCount] = useState(1);
  const [rate, setRate] = useState("");
  const { run, busy, notice } = useAction();
  const enabled = new Set(
    state?.instances.filter(({ disabledAt }) => disabledAt === null).map((one) => one.triggerName),
  );
  const trigger = catalog?.triggers.find(({ name }) => name === chosen);
  const fill = useCallback(async () => {
    if (chosen === undefined) return;
    if (from === undefined) {
      const sample = await api<JsonRecord>("GET", `sample/${encodeURIComponent(chosen)}`);
      setPayload(sample);
      setText(isForm.current ? undefined : JSON.stringify(sample, undefined, 2));
      setTriggerId(undefined);
    } else {
      const { event } = await api<EventResponse>("GET", `events/${encodeURIComponent(from)}`);
      setPayload(event.payload);
      setText(isForm.current ? undefined : JSON.stringify(event.payload, undefined, 2));
      setTriggerId(event.instance.nanoId);
    }
  }, [chosen, from]);
  useEffect(() => {
    setPayload(undefined);
    fill().catch((thrown) => run(() => Promise.reject(new Error(errorMessage(thrown)))));
  }, [fill]);
  const fire = (value: JsonRecord) =>
    run(async () => {
      const data = text === undefined ? value : JSON.parse(text);
      const { logIds } = await api<{ logIds: readonly string[] }>("POST", "fire", {
        ...{ name: chosen, data, count },
        ...(rate !== "" && { rate: Number(rate) }),
        ...(triggerId !== undefined && { triggerId }),
      });
      setFired((before) => [...[...logIds].reverse(), ...before]);
      return `${countText(logIds.length, "event")} fired.`;
    });
  return (
    <div className="columns wide-first">
      <section className="card fire-form" aria-label="Fire a trigger">
        <TriggerSelect triggers={catalog?.triggers ?? []} enabled={enabled} chosen={chosen} />
        {trigger === undefined && <Empty title="Choose a trigger">A sample payload is filled in.</Empty>}
        {trigger !== undefined && !enabled.has(trigger.name) && (
          <p className="hint">
            This trigger is not enabled and cannot be fired.{" "}
            <a href={`#/triggers/${trigger.name}`}>Enable it first</a>
          </p>
        )}
        {trigger !== undefined && triggerId !== undefined && (
          <p className="muted">
            With the payload of <a href={`#/events/${encodeURIComponent(from ?? "")}`}>{from}</a>, as a new
            event of <code>{triggerId}</code> only.
          </p>
        )}
        {trigger !== undefined && payload !== undefined && (
          <>
            <div className="tabs" role="group" aria-label="Payload format">
              <button
                type="button"
                className="quiet"
                aria-pressed={text !== undefined}
                onClick={() => {
                  isForm.current = false;
                  setText(text ?? JSON.stringify(payload, undefined, 2));
                }}
              >
                JSON
              </button>
              <button
                type="button"
                className="quiet"
                aria-pressed={text === undefined}
                onClick={() => {
                  try {
                    if (text !== undefined) setPayload(JSON.parse(text));
                    isForm.current = true;
                    setText(undefined);
                  } catch {
                    void run(() => Promise.reject(new Error("The text is not JSON.")));
                  }
                }}
              >
                Form
              </button>
              <button type="button" className="quiet" onClick={() => void fill()}>
                {from === undefined ? "New sample" : "Original payload"}
              </button>
            </div>
            <SavedSamples
              key={trigger.name}
              trigger={trigger.name}
              payload={() => (text === undefined ? payload : JSON.parse(text))}
              onUse={(sample) => {
                setPayload(sample);
                setText(text === undefined ? undefined : JSON.stringify(sample, undefined, 2));
              }}
            />
            {text !== undefined && <JsonEditor schema={trigger.payload} text={text} onChange={setText} />}
            <SchemaForm
              key={`${trigger.name} ${text === undefined}`}
              schema={text === undefined ? trigger.payload : { type: "object", properties: {} }}
              value={payload}
              idPrefix="payload"
              onChange={text === undefined ? setPayload : () => undefined}
              onSubmit={(value) => void fire(text === undefined ? value : payload)}
            >
              <div className="actions ending">
                <label>
                  <span>Number of events</span>
                  <input
                    type="number"
                    min={1}
                    max={100000}
                    value={count}
                    onChange={({ target }) => setCount(Number(target.value))}
                  />
                </label>
                <label>
                  <span>Events per second</span>
                  <input
                    type="number"
                    min={0}
                    step="any"
                    value={rate}
                    placeholder="all at once"
                    onChange={({ target }) => setRate(target.value)}
                  />
                </label>
                <button type="submit" disabled={busy}>
                  Fire
                </button>
                {/* Beside the button: below the form it would be out of sight. */}
                <NoticeText notice={notice} />
              </div>
            </SchemaForm>
          </>
        )}
        {(trigger === undefined || payload === undefined) && <NoticeText notice={notice} />}
      </section>
      <FiredEvents ids={fired} />
    </div>
  );
}
