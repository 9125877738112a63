import type { JsonObject } from "../../model/json.js";
import { type AppContext, configFits, isoOf } from "./app-context.js";
import { type Args, checkLength, type Effects, LONGEST_TEXT, ToolFailure } from "./effect.js";
import { Records } from "./records.js";

/** An issue of the local Linear. */
export interface LinearIssue {
  readonly id: string;
  /** `SITE-41` */
  readonly identifier: string;
  readonly teamId: string;
  readonly title: string;
  readonly stateId: string;
  /** What else it was given, under the tools' names: `description`, `assignee_id`, `priority`, … */
  readonly more: JsonObject;
  readonly comments: readonly { readonly id: string; readonly body: string; readonly createdAt: string }[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

const TEAM = { id: "72b2a2dc-6f4f-4423-9d34-24b5bd10634a", key: "SITE", name: "Site" };
const states = [
  { id: "state-todo", name: "Todo", type: "unstarted" },
  { id: "state-in-progress", name: "In Progress", type: "started" },
  { id: "state-done", name: "Done", type: "completed" },
  { id: "state-canceled", name: "Canceled", type: "canceled" },
] as const;
const changeable = [
  "description",
  "assignee_id",
  "priority",
  "due_date",
  "estimate",
  "label_ids",
  "project_id",
  "parent_id",
];
const MOST_COMMENTS = 1_000;

/** The local Linear: one workspace with one team, whose id any other id stands for. */
export class LinearWorld {
  readonly #context: AppContext;
  readonly #issues: Records<LinearIssue>;
  #lastNumber = 41;

  constructor(context: AppContext) {
    this.#context = context;
    this.#issues = new Records(({ id }) => id, context.changed);
    this.begin();
  }

  begin(): void {
    const at = isoOf(this.#context);
    this.#issues.put({
      id: "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9",
      identifier: "SITE-41",
      teamId: TEAM.id,
      title: "The opening hours are missing",
      stateId: "state-todo",
      more: { description: "They were there last week.", priority: 2 },
      comments: [],
      ...{ createdAt: at, updatedAt: at },
    });
  }

  /** Oldest first. */
  issues(): readonly LinearIssue[] {
    return this.#issues.all();
  }

  toJSON() {
    return { issues: this.#issues.all() };
  }

  clear(): void {
    this.#issues.clear();
  }

  effects(): Effects {
    return {
      LINEAR_CREATE_LINEAR_ISSUE: (args) => {
        if (args.text("title").trim() === "")
          throw new ToolFailure("Argument Validation Error: title is empty");
        this.#lastNumber += 1;
        const at = isoOf(this.#context);
        const issue = this.#issues.put({
          id: this.#context.ids.uuid(),
          identifier: `${TEAM.key}-${this.#lastNumber}`,
          teamId: args.text("team_id"),
          ...changesOf(args, { title: "", stateId: states[0].id, more: {} }),
          comments: [],
          ...{ createdAt: at, updatedAt: at },
        });
        this.#happened("LINEAR_ISSUE_CREATED_TRIGGER", issue, "create", "Issue", shown(issue));
        return shown(issue);
      },
      LINEAR_UPDATE_ISSUE: (args) => {
        const issue = this.#issue(args);
        const changed = this.#issues.put({
          ...issue,
          ...changesOf(args, issue),
          updatedAt: isoOf(this.#context),
        });
        this.#happened("LINEAR_ISSUE_UPDATED_TRIGGER", changed, "update", "Issue", shown(changed));
        return shown(changed);
      },
      LINEAR_GET_LINEAR_ISSUE: (args) => {
        const issue = this.#issue(args);
        return { ...shown(issue), comments: issue.comments };
      },
      LINEAR_LIST_LINEAR_ISSUES: (args) => {
        const [project, assignee] = [args.maybeText("project_id"), args.maybeText("assignee_id")];
        const found = this.#issues
          .filter(
            ({ more }) =>
              (project === undefined || more.project_id === project) &&
              (assignee === undefined || more.assignee_id === assignee),
          )
          .reverse();
        const after = args.maybeText("after");
        const from = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1;
        const issues = found.slice(from, from + args.number("first", 10));
        const hasNext = from + issues.length < found.length;
        return {
          issues: issues.map(shown),
          page_info: { has_next_page: hasNext, end_cursor: hasNext ? (issues.at(-1)?.id ?? "") : "" },
        };
      },
      LINEAR_CREATE_LINEAR_COMMENT: (args) => {
        const issue = this.#issue(args);
        const body = checkLength(
          args.text("body"),
          LONGEST_TEXT,
          "Argument Validation Error: body is too long",
        );
        if (body.trim() === "") throw new ToolFailure("Argument Validation Error: body is empty");
        const comment = { id: this.#context.ids.uuid(), body, createdAt: isoOf(this.#context) };
        this.#issues.put({ ...issue, comments: [...issue.comments, comment].slice(-MOST_COMMENTS) });
        const data = { ...comment, issueId: issue.id };
        this.#happened("LINEAR_COMMENT_EVENT_TRIGGER", issue, "create", "Comment", data);
        return { id: comment.id, body, success: true };
      },
      LINEAR_LIST_LINEAR_STATES: () => ({ states }),
      LINEAR_GET_ALL_LINEAR_TEAMS: () => ({ teams: [TEAM] }),
    };
  }

  #issue(args: Args): LinearIssue {
    const id = args.text("issue_id");
    const issue =
      this.#issues.get(id) ?? this.#issues.all().find((one) => one.identifier === id.toUpperCase());
    if (issue === undefined) throw new ToolFailure(`Entity not found: Issue ${id}`);
    return issue;
  }

  #happened(trigger: string, issue: LinearIssue, action: string, type: string, data: JsonObject): void {
    const payload = { action, type, url: urlOf(issue), data };
    this.#context.happened(trigger, payload, ({ config }) => configFits(config, { team_id: issue.teamId }));
  }
}

type Changes = Pick<LinearIssue, "title" | "stateId" | "more">;

/** @throws ToolFailure */
function changesOf(args: Args, before: Changes): Changes {
  const stateId = args.maybeText("state_id") ?? before.stateId;
  if (!states.some(({ id }) => id === stateId))
    throw new ToolFailure(`Entity not found: WorkflowState ${stateId}`);
  const given = Object.entries(args.all).filter(([name]) => changeable.includes(name));
  const more = { ...before.more, ...Object.fromEntries(given) };
  checkLength(JSON.stringify(more), 2 * LONGEST_TEXT, "Argument Validation Error: it is too long");
  const title = args.maybeText("title") ?? before.title;
  return { title: checkLength(title, 500, "Argument Validation Error: title is too long"), stateId, more };
}

const urlOf = ({ identifier }: LinearIssue): string => `https://linear.app/acme/issue/${identifier}`;

function shown(issue: LinearIssue): JsonObject {
  const { id, identifier, title, stateId, more, teamId, createdAt, updatedAt } = issue;
  return {
    ...{ id, identifier, title },
    description: more.description ?? null,
    priority: more.priority ?? 0,
    state: states.find((state) => state.id === stateId),
    assigneeId: more.assignee_id ?? null,
    labelIds: more.label_ids ?? [],
    dueDate: more.due_date ?? null,
    ...{ teamId, createdAt, updatedAt },
    url: urlOf(issue),
  };
}
