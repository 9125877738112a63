import type { JsonObject } from "../../model/json.js";
import { type AppContext, configFits, isoOf } from "./app-context.js";
import { type Actor, checkLength, LONGEST_TEXT, ToolFailure } from "./effect.js";
import { Records } from "./records.js";

/** A repository of the local GitHub. */
export interface GithubRepository {
  readonly id: number;
  /** As it was first written. */
  readonly owner: string;
  readonly name: string;
  readonly description: string | null;
  readonly stargazers: readonly { readonly login: string; readonly starredAt: string }[];
  readonly labels: readonly string[];
  /** The number of its newest issue or pull request. */
  readonly lastNumber: number;
}

/** An issue or a pull request of the local GitHub. */
export interface GithubIssue {
  /** `acme/site`, in lower case. */
  readonly repository: string;
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: "open" | "closed";
  readonly stateReason: string | null;
  readonly user: string;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly comments: readonly GithubComment[];
  /** Absent in an issue. */
  readonly pull?:
    | {
        readonly head: string;
        readonly base: string;
        readonly draft: boolean;
        readonly merged: boolean;
      }
    | undefined;
}

export interface GithubComment {
  readonly id: number;
  readonly body: string;
  readonly user: string;
  readonly createdAt: string;
}

/** What an issue begins with. */
export type NewGithubIssue = Pick<GithubIssue, "title"> &
  Partial<Pick<GithubIssue, "body" | "labels" | "assignees" | "pull">>;

const NAME = /^[A-Za-z0-9._-]{1,100}$/;
const MOST_STARS = 10_000;
const MOST_COMMENTS = 1_000;
const LONGEST_TITLE = 256;

/**
 * The local GitHub: one for everybody. A repository exists as soon as it is named, save those whose owner or name
 * begins with `missing`.
 */
export class GithubWorld {
  readonly #context: AppContext;
  readonly #repositories: Records<GithubRepository>;
  readonly #issues: Records<GithubIssue>;
  #lastId = 1_296_268;

  constructor(context: AppContext) {
    this.#context = context;
    this.#repositories = new Records<GithubRepository>(keyOf, context.changed);
    this.#issues = new Records(({ repository, number }) => `${repository}#${number}`, context.changed);
    this.begin();
  }

  /** What every local GitHub begins with. */
  begin(): void {
    const site = this.repository("acme", "site");
    this.#repositories.put({ ...site, description: "The site of Acme", lastNumber: 40 });
    const opened = { user: "octocat", repository: "acme/site" };
    this.#add(opened, { title: "The opening hours are missing", body: "They were there last week." });
    this.#add(opened, {
      title: "Say the opening hours on every page",
      body: "Closes #41.",
      pull: { head: "opening-hours", base: "main", draft: false, merged: false },
    });
  }

  /** Those that have been named so far. */
  repositories(): readonly GithubRepository[] {
    return this.#repositories.all();
  }

  /** @throws ToolFailure Not Found */
  repository(owner: string, name: string): GithubRepository {
    const known = this.#repositories.get(`${owner}/${name}`.toLowerCase());
    if (known !== undefined) return known;
    const isMissing = [owner, name].some((part) => !NAME.test(part) || /^missing/i.test(part));
    if (isMissing) throw new ToolFailure(`Not Found: there is no repository ${owner}/${name}`);
    return this.#repositories.put<GithubRepository>({
      id: this.#newId(),
      ...{ owner, name },
      description: null,
      stargazers: [],
      labels: ["bug", "documentation", "enhancement", "question"],
      lastNumber: 0,
    });
  }

  /** The issues and pull requests of a repository, oldest first. @throws ToolFailure Not Found */
  issues(owner: string, name: string): readonly GithubIssue[] {
    const key = keyOf(this.repository(owner, name));
    return this.#issues.filter(({ repository }) => repository === key);
  }

  /** @throws ToolFailure Not Found */
  issue(owner: string, name: string, number: number): GithubIssue {
    const issue = this.#issues.get(`${keyOf(this.repository(owner, name))}#${number}`);
    if (issue === undefined) throw new ToolFailure(`Not Found: ${owner}/${name} has no issue ${number}`);
    return issue;
  }

  /** Stars a repository, which fires the trigger; a second star of the same user changes nothing. */
  star(owner: string, name: string, login: string): void {
    const repository = this.repository(owner, name);
    if (repository.stargazers.some((one) => one.login === login)) return;
    const starredAt = isoOf(this.#context);
    const stargazers = [...repository.stargazers, { login, starredAt }].slice(-MOST_STARS);
    this.#repositories.put({ ...repository, stargazers });
    this.#happened("GITHUB_STAR_ADDED_EVENT", repository, {
      action: "created",
      repository_id: repository.id,
      repository_name: repository.name,
      repository_url: urlOf(repository),
      starred_at: starredAt,
      starred_by: login,
    });
  }

  unstar(owner: string, name: string, login: string): void {
    const repository = this.repository(owner, name);
    const stargazers = repository.stargazers.filter((one) => one.login !== login);
    this.#repositories.put({ ...repository, stargazers });
  }

  /** Opens an issue, or a pull request, which fires the trigger. @throws ToolFailure */
  open(owner: string, name: string, user: string, issue: NewGithubIssue): GithubIssue {
    const repository = this.repository(owner, name);
    if (issue.title.trim() === "") throw new ToolFailure("Validation Failed: the title is empty");
    const opened = this.#add({ user, repository: keyOf(repository) }, issue);
    const { number, title, body, createdAt } = opened;
    const described = {
      number,
      title,
      description: body ?? "",
      createdBy: user,
      createdAt,
      url: issueUrl(opened),
    };
    if (opened.pull !== undefined) {
      this.#happened("GITHUB_PULL_REQUEST_EVENT", repository, { action: "opened", ...described });
    } else {
      const payload = { action: "opened", issue_id: opened.id, ...described };
      this.#happened("GITHUB_ISSUE_ADDED_EVENT", repository, payload);
    }
    return opened;
  }

  /** Changes an issue or a pull request; a new label of a pull request fires the trigger. */
  change(issue: GithubIssue, changes: Partial<GithubIssue>, by: string): GithubIssue {
    checkText(changes.title ?? "", changes.body);
    const labels = changes.labels && [...new Set(changes.labels)];
    const updatedAt = isoOf(this.#context);
    const changed = this.#issues.put({ ...issue, ...changes, ...(labels && { labels }), updatedAt });
    const repository = this.#repositories.get(issue.repository);
    if (repository === undefined) return changed;
    const added = (labels ?? []).filter((label) => !issue.labels.includes(label));
    const unknown = added.filter((label) => !repository.labels.includes(label));
    if (unknown.length > 0) {
      this.#repositories.put({ ...repository, labels: [...repository.labels, ...unknown].slice(0, 1_000) });
    }
    if (changed.pull === undefined) return changed;
    for (const label of added) {
      this.#happened("GITHUB_LABEL_ADDED_EVENT", repository, {
        action: "labeled",
        label,
        labeled_by: by,
        labeled_at: updatedAt,
        pull_request_number: changed.number,
        pull_request_title: changed.title,
        pull_request_url: issueUrl(changed),
      });
    }
    if (changed.state !== issue.state) {
      this.#happened("GITHUB_PULL_REQUEST_EVENT", repository, {
        action: changed.state === "closed" ? "closed" : "reopened",
        number: changed.number,
        title: changed.title,
        description: changed.body ?? "",
        createdBy: changed.user,
        createdAt: changed.createdAt,
        url: issueUrl(changed),
      });
    }
    return changed;
  }

  /** Merges a pull request, which closes it and fires the triggers. @returns the commit's SHA @throws ToolFailure */
  merge(issue: GithubIssue, by: string, title: string): string {
    if (issue.pull === undefined) throw new ToolFailure(`Not Found: ${issue.number} is no pull request`);
    if (issue.state === "closed") throw new ToolFailure("Pull Request is not mergeable");
    const sha = this.#context.ids.secret(20);
    this.change(issue, { state: "closed", pull: { ...issue.pull, merged: true } }, by);
    const repository = this.#repositories.get(issue.repository);
    if (repository === undefined) return sha;
    this.#happened("GITHUB_COMMIT_EVENT", repository, {
      id: sha,
      message: title,
      author: by,
      timestamp: isoOf(this.#context),
      url: `${urlOf(repository)}/commit/${sha}`,
    });
    return sha;
  }

  /** @throws ToolFailure */
  comment(issue: GithubIssue, user: string, body: string): GithubComment {
    checkText("", body);
    if (body.trim() === "") throw new ToolFailure("Validation Failed: the body is empty");
    const createdAt = isoOf(this.#context);
    const comment = { id: this.#newId(), body, user, createdAt };
    const comments = [...issue.comments, comment].slice(-MOST_COMMENTS);
    this.#issues.put({ ...issue, comments, updatedAt: createdAt });
    return comment;
  }

  /** What a trigger that was fired by hand says has happened: its star or issue exists from then on. */
  observe(trigger: string, payload: JsonObject, config: JsonObject): void {
    const { owner, repo } = config;
    if (typeof owner !== "string" || typeof repo !== "string" || !NAME.test(owner) || !NAME.test(repo))
      return;
    const { starred_by: login, number, title, description, createdBy } = payload;
    const repository = this.repository(owner, repo);
    if (trigger === "GITHUB_STAR_ADDED_EVENT" && typeof login === "string") {
      if (repository.stargazers.some((one) => one.login === login)) return;
      const star = { login: login.slice(0, 100), starredAt: isoOf(this.#context) };
      this.#repositories.put({
        ...repository,
        stargazers: [...repository.stargazers, star].slice(-MOST_STARS),
      });
    }
    const isPull = trigger === "GITHUB_PULL_REQUEST_EVENT";
    if (!isPull && trigger !== "GITHUB_ISSUE_ADDED_EVENT") return;
    if (typeof number !== "number" || !Number.isSafeInteger(number) || typeof title !== "string") return;
    if (this.#issues.get(`${keyOf(repository)}#${number}`) !== undefined) return;
    const opened = {
      repository: keyOf(repository),
      user: typeof createdBy === "string" ? createdBy : "octocat",
      number,
    };
    this.#add(opened, {
      title: title.slice(0, LONGEST_TITLE),
      body: typeof description === "string" ? description.slice(0, LONGEST_TEXT) : null,
      ...(isPull && { pull: { head: "changes", base: "main", draft: false, merged: false } }),
    });
  }

  toJSON() {
    return { repositories: this.#repositories.all(), issues: this.#issues.all() };
  }

  clear(): void {
    this.#repositories.clear();
    this.#issues.clear();
  }

  #add(
    {
      repository: key,
      user,
      number: given,
    }: Pick<GithubIssue, "repository" | "user"> & { readonly number?: number },
    { title, body = null, labels = [], assignees = [], pull }: NewGithubIssue,
  ): GithubIssue {
    checkText(title, body);
    const repository = this.#repositories.get(key);
    const number = given ?? (repository?.lastNumber ?? 0) + 1;
    if (repository !== undefined) {
      this.#repositories.put({ ...repository, lastNumber: Math.max(number, repository.lastNumber) });
    }
    const createdAt = isoOf(this.#context);
    return this.#issues.put<GithubIssue>({
      repository: key,
      id: this.#newId(),
      ...{ number, title, body, user },
      state: "open",
      stateReason: null,
      labels: [...new Set(labels)],
      assignees: [...new Set(assignees)],
      ...{ createdAt, updatedAt: createdAt },
      comments: [],
      ...(pull !== undefined && { pull }),
    });
  }

  #newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #happened(trigger: string, { owner, name }: GithubRepository, payload: JsonObject): void {
    this.#context.happened(trigger, payload, ({ config }) => configFits(config, { owner, repo: name }));
  }
}

const keyOf = ({ owner, name }: Pick<GithubRepository, "owner" | "name">): string =>
  `${owner}/${name}`.toLowerCase();

export const urlOf = ({ owner, name }: Pick<GithubRepository, "owner" | "name">): string =>
  `https://github.com/${owner}/${name}`;

/** The page of an issue or a pull request. */
export const issueUrl = ({ repository, number, pull }: GithubIssue): string =>
  `https://github.com/${repository}/${pull === undefined ? "issues" : "pull"}/${number}`;

/** The login of a connected account's user: letters, digits and single hyphens. */
export function loginOf({ userId }: Actor): string {
  if (userId === "default") return "octocat";
  const login = userId
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 39);
  return login === "" ? "octocat" : login;
}

function checkText(title: string, body: string | null | undefined): void {
  checkLength(
    title,
    LONGEST_TITLE,
    `Validation Failed: the title is longer than ${LONGEST_TITLE} characters`,
  );
  checkLength(
    body ?? "",
    LONGEST_TEXT,
    `Validation Failed: the body is longer than ${LONGEST_TEXT} characters`,
  );
}
