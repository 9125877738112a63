import { type KeyboardEvent, useId, useState } from "react";
import { AppMark } from "../parts/app-mark.js";
import type { TriggerType } from "../types.js";

/** Triggers that a search shows. */
const MAX_FOUND = 60;

/** Selects a trigger, by app: those that are enabled come first. A search lists what it finds by app, too. */
export function TriggerSelect(props: {
  readonly triggers: readonly TriggerType[];
  readonly enabled: ReadonlySet<string>;
  readonly chosen: string | undefined;
}) {
  const { triggers, enabled, chosen } = props;
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = byGroup(
    triggers.filter((trigger) => {
      const text = `${trigger.name} ${trigger.displayName} ${trigger.appDisplayName}`.toLowerCase();
      return words.every((word) => text.includes(word));
    }),
    enabled,
  );
  const offered = words.length === 0 ? [] : found.flatMap(([, members]) => members).slice(0, MAX_FOUND);
  const choose = (name: string | undefined) => {
    if (name === undefined) return;
    setSearch("");
    location.hash = `#/fire/${name}`;
  };
  const onKeyDown = (press: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[press.key];
    if (offered.length === 0) return;
    if (press.key === "Enter") choose(offered[at]?.name);
    else if (press.key === "Escape") setSearch("");
    else if (step === undefined) return;
    else {
      const next = Math.min(offered.length - 1, Math.max(0, at + step));
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    }
    press.preventDefault();
  };
  return (
    <div className="trigger-select">
      <label className="stack">
        <span>Trigger</span>
        <select value={chosen ?? ""} onChange={({ target }) => choose(target.value)}>
          <option value="" disabled>
            Choose one
          </option>
          {byGroup(triggers, enabled).map(([group, members]) => (
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
          role="combobox"
          aria-expanded={offered.length > 0}
          aria-controls={id}
          aria-activedescendant={offered.length > 0 ? `${id}-${at}` : undefined}
          placeholder="App or trigger"
          autoComplete="off"
          value={search}
          onChange={({ target }) => {
            setSearch(target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <div
        className="trigger-options"
        id={id}
        role="listbox"
        aria-label="Triggers"
        hidden={words.length === 0}
      >
        {offered.map((trigger, index) => {
          const group = groupOf(trigger, enabled);
          const before = offered[index - 1];
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above takes the keys
            <div
              key={trigger.name}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className={before === undefined || groupOf(before, enabled) !== group ? "opens" : ""}
              onClick={() => choose(trigger.name)}
            >
              <AppMark name={trigger.appName} />
              <span className="texts">
                <strong>{trigger.displayName}</strong>
                <span className="muted">
                  {trigger.appDisplayName} · <span className="mono">{trigger.name}</span>
                </span>
              </span>
              {enabled.has(trigger.name) && <span className="badge good">enabled</span>}
            </div>
          );
        })}
        {words.length > 0 && offered.length === 0 && <p className="muted none">No matching triggers</p>}
      </div>
    </div>
  );
}

function groupOf({ name, appDisplayName }: TriggerType, enabled: ReadonlySet<string>): string {
  return enabled.has(name) ? "Enabled" : appDisplayName;
}

function byGroup(
  triggers: readonly TriggerType[],
  enabled: ReadonlySet<string>,
): readonly (readonly [group: string, members: readonly TriggerType[]])[] {
  const groups = new Map<string, TriggerType[]>();
  for (const trigger of triggers) {
    const group = groupOf(trigger, enabled);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [trigger]);
    else members.push(trigger);
  }
  return [...groups].sort(([a], [b]) => (a === "Enabled" ? -1 : b === "Enabled" ? 1 : a.localeCompare(b)));
}
