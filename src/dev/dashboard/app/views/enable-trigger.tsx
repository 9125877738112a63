import { useState } from "react";
import { api } from "../api.js";
import { useAction } from "../hooks.js";
import { NoticeText } from "../parts/notice.js";
import { SchemaForm } from "../parts/schema-form.js";
import type { Instance, JsonRecord, TriggerType } from "../types.js";

/** Enables a trigger through a form for its config. */
export function EnableTrigger({
  trigger,
  onEnabled,
}: {
  readonly trigger: TriggerType;
  readonly onEnabled: () => void;
}) {
  const [config, setConfig] = useState<JsonRecord>({});
  const { run, busy, notice } = useAction();
  const enable = (value: JsonRecord) =>
    run(async () => {
      const { nanoId } = await api<Instance>("POST", "instances", { name: trigger.name, config: value });
      onEnabled();
      return `${nanoId} is enabled.`;
    });
  return (
    <>
      <h2>{trigger.displayName}</h2>
      <p className="mono muted">{trigger.name}</p>
      <p className="lead">{trigger.description}</p>
      {trigger.instructions !== "" && <p className="muted">{trigger.instructions}</p>}
      <SchemaForm
        schema={trigger.config}
        value={config}
        idPrefix="config"
        onChange={setConfig}
        onSubmit={(value) => void enable(value)}
      >
        <div className="actions">
          <button type="submit" disabled={busy}>
            Enable
          </button>
          <a className="button quiet" href={`#/fire/${trigger.name}`}>
            Fire
          </a>
        </div>
      </SchemaForm>
      <NoticeText notice={notice} />
    </>
  );
}
