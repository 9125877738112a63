import type { JsonObject } from "../../model/json.js";
import { type AppContext, configFits, isoOf } from "./app-context.js";
import { type Actor, type Args, checkLength, type Effects, LONGEST_TEXT, ToolFailure } from "./effect.js";
import { Records } from "./records.js";

/** An issue of the local Jira. */
export interface JiraIssue {
  readonly id: string;
  /** `SITE-41` */
  readonly key: string;
  readonly projectKey: string;
  readonly type: string;
  readonly summary: string;
  readonly description: string | null;
  readonly assignee: string | null;
  readonly reporter: string;
  readonly labels: readonly string[];
  readonly comments: readonly {
    readonly id: string;
    readonly body: string;
    readonly author: string;
    readonly created: string;
  }[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

const PROJECT = /^[A-Z][A-Z0-9_]{1,9}$/;
const MOST_COMMENTS = 1_000;

/** The local Jira: one site for everybody. A project exists as soon as its key is named. */
export class JiraWorld {
  readonly #context: AppContext;
  readonly #issues: Records<JiraIssue>;
  #lastId = 10_040;

  constructor(context: AppContext) {
    this.#context = context;
    this.#issues = new Records(({ key }) => key, context.changed);
  }

  begin(): void {}

  /** Oldest first. */
  issues(): readonly JiraIssue[] {
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
      JIRA_CREATE_ISSUE: (args, by) => this.#create(args, by),
      JIRA_GET_ISSUE: (args) => shown(this.#issue(args)),
      JIRA_EDIT_ISSUE: (args) => {
        const issue = this.#issue(args);
        const fields = {
          ...(args.has("summary") && {
            summary: checkLength(args.text("summary"), 255, "summary: is too long"),
          }),
          ...(args.has("description") && {
            description: checkLength(args.text("description"), LONGEST_TEXT, "description: is too long"),
          }),
          ...(args.has("assignee") && { assignee: args.text("assignee") }),
          ...(args.has("labels") && { labels: args.texts("labels") ?? [] }),
        };
        const changed = this.#issues.put({ ...issue, ...fields, updatedAt: isoOf(this.#context) });
        const payload = { ...described(changed), updated_at: changed.updatedAt, updated_fields: fields };
        this.#happened("JIRA_UPDATED_ISSUE_TRIGGER", changed, payload);
        return shown(changed);
      },
      JIRA_ADD_COMMENT: (args, by) => {
        const issue = this.#issue(args);
        const body = checkLength(args.text("comment"), LONGEST_TEXT, "comment: is too long");
        if (body.trim() === "") throw new ToolFailure("comment: Comment body can not be empty!");
        const comment = { id: this.#newId(), body, author: by.userId, created: isoOf(this.#context) };
        this.#issues.put({ ...issue, comments: [...issue.comments, comment].slice(-MOST_COMMENTS) });
        return comment;
      },
      JIRA_LIST_ISSUE_COMMENTS: (args) => {
        const { comments } = this.#issue(args);
        return { comments: comments.slice(0, args.number("max_results", 50)), total: comments.length };
      },
    };
  }

  #create(args: Args, by: Actor): JsonObject {
    const projectKey = args.text("project_key").toUpperCase();
    if (!PROJECT.test(projectKey)) throw new ToolFailure("project: valid project is required");
    const summary = checkLength(args.text("summary"), 255, "summary: is too long");
    if (summary.trim() === "") throw new ToolFailure("summary: You must specify a summary of the issue.");
    const at = isoOf(this.#context);
    const inProject = this.#issues.filter((one) => one.projectKey === projectKey).at(-1)?.key;
    const issue = this.#issues.put<JiraIssue>({
      id: this.#newId(),
      key: `${projectKey}-${Number(inProject?.split("-").at(-1) ?? 0) + 1}`,
      ...{ projectKey, summary },
      type: args.text("issue_type"),
      description: args.has("description")
        ? checkLength(args.text("description"), LONGEST_TEXT, "description: is too long")
        : null,
      assignee: args.maybeText("assignee") ?? null,
      reporter: by.userId,
      labels: args.texts("labels") ?? [],
      comments: [],
      ...{ createdAt: at, updatedAt: at },
    });
    this.#happened("JIRA_NEW_ISSUE_TRIGGER", issue, { ...described(issue), created_at: at });
    const { id, key } = issue;
    return { id, key, self: selfOf(issue) };
  }

  #issue(args: Args): JiraIssue {
    const given = args.maybeText("issue_key") ?? args.text("issue_id_or_key");
    const issue = this.#issues.get(given.toUpperCase()) ?? this.#issues.all().find(({ id }) => id === given);
    if (issue === undefined)
      throw new ToolFailure("Issue does not exist or you do not have permission to see it.");
    return issue;
  }

  #newId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  #happened(trigger: string, { projectKey }: JiraIssue, payload: JsonObject): void {
    this.#context.happened(trigger, payload, ({ config }) => configFits(config, { project_key: projectKey }));
  }
}

const selfOf = ({ id }: JiraIssue): string => `https://acme.atlassian.net/rest/api/3/issue/${id}`;

/** As the triggers have it. */
function described({ id, key, projectKey, summary, description, reporter, assignee }: JiraIssue) {
  return { issue_id: id, issue_key: key, project_key: projectKey, summary, description, reporter, assignee };
}

function shown(issue: JiraIssue): JsonObject {
  const {
    id,
    key,
    summary,
    description,
    assignee,
    reporter,
    labels,
    type,
    projectKey,
    createdAt,
    updatedAt,
  } = issue;
  const fields = {
    ...{ summary, description, assignee, reporter, labels },
    issuetype: { name: type },
    project: { key: projectKey },
    status: { name: "To Do" },
    ...{ created: createdAt, updated: updatedAt },
  };
  return { id, key, self: selfOf(issue), fields };
}
