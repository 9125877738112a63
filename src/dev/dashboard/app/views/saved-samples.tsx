import { useState } from "react";
import { useAction } from "../hooks.js";
import { Icon } from "../parts/icon.js";
import { NoticeText } from "../parts/notice.js";
import { deleteSample, MAX_NAME, samplesOf, saveSample } from "../samples.js";
import type { JsonRecord } from "../types.js";

/** Saves the payload under a name; a saved one is filled in again by its button. */
export function SavedSamples(props: {
  readonly trigger: string;
  /** The payload as it is edited. @throws SyntaxError where it is not JSON */
  readonly payload: () => JsonRecord;
  readonly onUse: (payload: JsonRecord) => void;
}) {
  const { trigger, payload, onUse } = props;
  const [name, setName] = useState("");
  const { run, notice } = useAction();
  const samples = samplesOf(trigger);
  const save = () =>
    run(async () => {
      const chosen = name.trim();
      if (chosen === "") throw new Error("Give the sample a name.");
      saveSample(trigger, { name: chosen, payload: payload() });
      setName("");
      return `"${chosen}" is saved in this browser.`;
    });
  return (
    <section className="samples" aria-label="Saved samples">
      {samples.length > 0 && (
        <ul>
          {samples.map((sample) => (
            <li key={sample.name}>
              <button type="button" className="quiet" onClick={() => onUse(sample.payload)}>
                {sample.name}
              </button>
              <button
                type="button"
                className="quiet icon-only"
                aria-label={`Delete the sample ${sample.name}`}
                onClick={() =>
                  void run(async () => {
                    deleteSample(trigger, sample.name);
                    return `"${sample.name}" is deleted.`;
                  })
                }
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <form
        className="save-sample"
        onSubmit={(submit) => {
          submit.preventDefault();
          void save();
        }}
      >
        <label>
          <span className="hidden">Name of the sample</span>
          <input
            type="text"
            maxLength={MAX_NAME}
            placeholder="Name of the sample"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <button type="submit" className="quiet">
          Save sample
        </button>
      </form>
      <NoticeText notice={notice} />
    </section>
  );
}
