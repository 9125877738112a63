import { listLocation } from "./filter-bar.js";
import { Icon, type IconName } from "./icon.js";

/** The views, with the number of events in each status below the first. */
export function ViewNav(props: {
  readonly views: readonly (readonly [id: IconName, title: string])[];
  readonly view: string;
  readonly statuses: readonly string[];
  /** The one that is shown; "" for all. */
  readonly status: string;
  readonly total: number;
  readonly countOf: (status: string) => number;
}) {
  const { views, view, statuses, status, total, countOf } = props;
  const dead = countOf("dead");
  return views.map(([id, name]) => (
    <div key={id}>
      <a href={`#/${id}`} aria-current={id === view && status === "" ? "page" : undefined}>
        <Icon name={id} />
        <span>{name}</span>
        {id === "events" && total > 0 && <span className="count">{total.toLocaleString("en")}</span>}
        {id === "dead" && dead > 0 && <span className="count dead">{dead.toLocaleString("en")}</span>}
      </a>
      {id === "events" && view === "events" && (
        <ul className="counts" aria-label="Counts">
          {statuses.map((one) => (
            <li key={one}>
              <a
                href={listLocation(one === status ? "" : one)}
                aria-current={one === status ? "page" : undefined}
              >
                <span>{one}</span>{" "}
                <span className={`count ${countOf(one) > 0 ? one : ""}`}>
                  {countOf(one).toLocaleString("en")}
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  ));
}
