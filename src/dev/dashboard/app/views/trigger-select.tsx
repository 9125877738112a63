import { useState } from "react";
import type { TriggerType } from "../types.js";

/** Selects a trigger, by app: those that are enabled come first. A search narrows the list. */
export function TriggerSelect(props: {
  readonly triggers: readonly TriggerType[];
  readonly enabled: ReadonlySet<string>;
  readonly chosen: string | undefined;
}) {
  const { triggers, enabled, chosen } = props;
  const [search, setSearch] = useState("");
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = triggers.filter((trigger) => {
    const text = `${trigger.name} ${trigger.displayName} ${trigger.appDisplayName}`.toLowerCase();
    return trigger.name === chosen || words.every((word) => text.includes(word));
  });
  const groups = new Map<string, TriggerType[]>();
  for (const trigger of found) {
    const group = enabled.has(trigger.name) ? "Enabled" : trigger.appDisplayName;
    groups.set(group, [...(groups.get(group) ?? []), trigger]);
  }
  const sorted = [...groups].sort(([a], [b]) =>
    a === "Enabled" ? -1 : b === "Enabled" ? 1 : a.localeCompare(b),
  );
  return (
    <div className="trigger-select">
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
          {sorted.map(([group, members]) => (
            <optgroup key={group} label={group}>
              {members.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <label className="stack">
        <span>Search</span>
        <input
          type="search"
          placeholder="App or trigger"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
      </label>
    </div>
  );
}
