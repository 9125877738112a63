import { useMemo, useState } from "react";
import { api } from "../api.js";
import { useAction } from "../hooks.js";
import { Badge } from "../parts/badge.js";
import { Empty } from "../parts/empty.js";
import { NoticeText } from "../parts/notice.js";
import type { StateResponse, TriggerType } from "../types.js";
import { useQuery } from "../use-query.js";
import { EnableTrigger } from "./enable-trigger.js";

/** The enabled triggers, and the catalog. */
export function Triggers({ chosen }: { readonly chosen: string | undefined }) {
  const { data: catalog } = useQuery<{ triggers: TriggerType[] }>("triggers", () => false);
  const { data: state, reload } = useQuery<StateResponse>(
    "state",
    (update) => update.type === "changed" && update.what === "triggers",
  );
  const { run, notice } = useAction();
  const [search, setSearch] = useState("");
  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return (catalog?.triggers ?? []).filter((trigger) => {
      const text =
        `${trigger.name} ${trigger.displayName} ${trigger.appDisplayName} ${trigger.description}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [catalog, search]);
  const trigger = catalog?.triggers.find(({ name }) => name === chosen);
  const instances = state?.instances ?? [];
  const enabled = new Set(instances.map(({ triggerName }) => triggerName));
  const apply = (change: () => Promise<string>) =>
    run(async () => {
      const message = await change();
      await reload();
      return message;
    });
  return (
    <>
      <section aria-labelledby="enabled-title" className="card">
        <h2 id="enabled-title">Enabled</h2>
        <NoticeText notice={notice} />
        {instances.length === 0 ? (
          <Empty title="No triggers are enabled">Choose a trigger below and enable it.</Empty>
        ) : (
          <ul className="rows">
            {instances.map(({ uuid, nanoId, triggerName, config, disabledAt, disabledReason }) => (
              <li key={uuid}>
                <div className="grow">
                  <strong>{triggerName}</strong>
                  <p className="muted mono">
                    {nanoId} · {configText(config)}
                  </p>
                  {disabledReason !== undefined && (
                    <p className="error">Disabled by the platform: {reasonText(disabledReason)}</p>
                  )}
                </div>
                <button
                  type="button"
                  role="switch"
                  aria-checked={disabledAt === null}
                  aria-label={`${triggerName} ${nanoId}`}
                  className="switch"
                  title={disabledAt === null ? "Enabled: it can be fired" : "Disabled: it cannot be fired"}
                  onClick={() =>
                    void apply(async () => {
                      await api("PATCH", `instances/${uuid}`, { enabled: disabledAt !== null });
                      return `${nanoId} is ${disabledAt === null ? "disabled" : "enabled"}.`;
                    })
                  }
                />
                <a
                  className="button quiet"
                  href={`#/fire/${triggerName}`}
                  aria-label={`Fire ${triggerName} ${nanoId}`}
                >
                  Fire
                </a>
                <button
                  type="button"
                  className="quiet danger"
                  aria-label={`Delete ${triggerName} ${nanoId}`}
                  onClick={() =>
                    void apply(async () => {
                      await api("DELETE", `instances/${uuid}`);
                      return `${nanoId} is deleted.`;
                    })
                  }
                >
                  Delete
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
      <div className="columns">
        <section aria-labelledby="catalog-title" className="card">
          <h2 id="catalog-title">Catalog</h2>
          <label className="stack">
            <span>Search {catalog?.triggers.length ?? ""} triggers</span>
            <input
              type="search"
              value={search}
              placeholder="star, gmail, invoice…"
              onChange={({ target }) => setSearch(target.value)}
            />
          </label>
          <ul className="rows picks">
            {found.map(({ name, displayName, appDisplayName, description }) => (
              <li key={name}>
                <a href={`#/triggers/${name}`} aria-current={name === chosen ? "true" : undefined}>
                  <span className="pick-head">
                    <strong>{displayName}</strong> <Badge tone="plain">{appDisplayName}</Badge>
                    {enabled.has(name) && <Badge tone="good">enabled</Badge>}
                  </span>
                  <p className="muted">{description}</p>
                </a>
              </li>
            ))}
          </ul>
          {catalog !== undefined && found.length === 0 && <Empty title="No matching triggers" />}
        </section>
        <section aria-label="Selected trigger" className="card chosen">
          {trigger === undefined ? (
            <Empty title="Choose a trigger">The form for its config opens here.</Empty>
          ) : (
            <EnableTrigger key={trigger.name} trigger={trigger} onEnabled={() => void reload()} />
          )}
        </section>
      </div>
    </>
  );
}

function configText(config: Readonly<Record<string, unknown>>): string {
  const members = Object.entries(config).map(
    ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return members.length === 0 ? "no config" : members.join(", ");
}

const reasons: Readonly<Record<string, string>> = {
  connection_expired: "its account expired. It is enabled again when the account is connected again.",
  subscription_auth_failure: "the app rejected the account's credentials.",
  subscription_refresh_failure: "the subscription at the app could not be renewed.",
  polling_failure_in_composio_infra: "the platform could not poll the app.",
};

/** A reason of the platform in words. */
function reasonText(reason: string): string {
  return reasons[reason] ?? reason.replaceAll("_", " ");
}
