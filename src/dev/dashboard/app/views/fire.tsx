import { useCallback, useEffect, useState } from "react";
import { api } from "../api.js";
import { countText } from "../format.js";
import { messageOf, useAct, useAnswer } from "../hooks.js";
import { Empty } from "../parts/empty.js";
import { Note } from "../parts/note.js";
import { SchemaForm } from "../parts/schema-form.js";
import type { EventAnswer, JsonRecord, StateAnswer, TriggerType } from "../types.js";
import { Fired } from "./fired.js";

/** Fires a trigger, as if its app had. */
export function Fire({
  chosen,
  from,
}: {
  readonly chosen: string | undefined;
  readonly from: string | undefined;
}) {
  const { answer: catalog } = useAnswer<{ triggers: TriggerType[] }>("triggers", () => false);
  const { answer: state } = useAnswer<StateAnswer>(
    "state",
    (sight) => sight.type === "changed" && sight.what === "triggers",
  );
  const [payload, setPayload] = useState<JsonRecord>();
  const [triggerId, setTriggerId] = useState<string>();
  const [fired, setFired] = useState<readonly string[]>([]);
  const [text, setText] = useState<string>();
  const [count, setCount] = useState(1);
  const [rate, setRate] = useState("");
  const { act, busy, note } = useAct();
  const enabled = new Set(
    state?.instances.filter(({ disabledAt }) => disabledAt === null).map((one) => one.triggerName),
  );
  const trigger = catalog?.triggers.find(({ name }) => name === chosen);
  const fill = useCallback(async () => {
    if (chosen === undefined) return;
    if (from === undefined) {
      setPayload(await api<JsonRecord>("GET", `sample/${encodeURIComponent(chosen)}`));
      setTriggerId(undefined);
    } else {
      const { event } = await api<EventAnswer>("GET", `events/${encodeURIComponent(from)}`);
      setPayload(event.payload);
      setTriggerId(event.instance.nanoId);
    }
    setText(undefined);
  }, [chosen, from]);
  useEffect(() => {
    setPayload(undefined);
    fill().catch((thrown) => act(() => Promise.reject(new Error(messageOf(thrown)))));
  }, [fill]);
  const fire = (value: JsonRecord) =>
    act(async () => {
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
      <section className="card" aria-label="Fire a trigger">
        <label className="stack">
          <span>Trigger</span>
          <select
            value={chosen ?? ""}
            onChange={({ target }) => {
              location.hash = `#/fire/${target.value}`;
            }}
          >
            <option value="" disabled>
              Choose one
            </option>
            <optgroup label="Enabled">
              {catalog?.triggers
                .filter(({ name }) => enabled.has(name))
                .map(({ name }) => (
                  <option key={name}>{name}</option>
                ))}
            </optgroup>
            <optgroup label="Not enabled">
              {catalog?.triggers
                .filter(({ name }) => !enabled.has(name))
                .map(({ name }) => (
                  <option key={name}>{name}</option>
                ))}
            </optgroup>
          </select>
        </label>
        {trigger === undefined && (
          <Empty title="Choose a trigger">A sample of its payload is filled in for you.</Empty>
        )}
        {trigger !== undefined && !enabled.has(trigger.name) && (
          <p className="hint">
            It is not enabled: nobody would hear it.{" "}
            <a href={`#/triggers/${trigger.name}`}>Enable it first</a>
          </p>
        )}
        {trigger !== undefined && triggerId !== undefined && (
          <p className="muted">
            As <a href={`#/events/${encodeURIComponent(from ?? "")}`}>{from}</a> was; it goes to{" "}
            <code>{triggerId}</code> alone, as an event of its own.
          </p>
        )}
        {trigger !== undefined && payload !== undefined && (
          <>
            <div className="tabs" role="group" aria-label="How to write the payload">
              <button
                type="button"
                className="quiet"
                aria-pressed={text === undefined}
                onClick={() => {
                  try {
                    if (text !== undefined) setPayload(JSON.parse(text));
                    setText(undefined);
                  } catch {
                    void act(() => Promise.reject(new Error("The text is not JSON.")));
                  }
                }}
              >
                Form
              </button>
              <button
                type="button"
                className="quiet"
                aria-pressed={text !== undefined}
                onClick={() => setText(JSON.stringify(payload, undefined, 2))}
              >
                JSON
              </button>
              <button type="button" className="quiet" onClick={() => void fill()}>
                {from === undefined ? "New sample" : "As it was"}
              </button>
            </div>
            {text !== undefined && (
              <label className="stack">
                <span>Payload</span>
                <textarea
                  className="mono"
                  rows={14}
                  spellCheck={false}
                  value={text}
                  onChange={({ target }) => setText(target.value)}
                />
              </label>
            )}
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
                  <span>How many</span>
                  <input
                    type="number"
                    min={1}
                    max={100000}
                    value={count}
                    onChange={({ target }) => setCount(Number(target.value))}
                  />
                </label>
                <label>
                  <span>How many a second</span>
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
              </div>
            </SchemaForm>
          </>
        )}
        <Note note={note} />
      </section>
      <Fired ids={fired} />
    </div>
  );
}
