import type { JsonObject } from "../../model/json.js";
import { type Args, type Effect, type Effects, ToolFailure } from "./effect.js";
import {
  type GithubComment,
  type GithubIssue,
  type GithubRepository,
  type GithubWorld,
  issueUrl,
  loginOf,
  urlOf,
} from "./github.js";

/** What GitHub's tools do. */
export function githubEffects(github: GithubWorld): Effects {
  const repositoryOf = (args: Args) => github.repository(args.text("owner"), args.text("repo"));
  const issueOf = (args: Args) =>
    github.issue(
      args.text("owner"),
      args.text("repo"),
      args.number("issue_number", args.number("pull_number", 0)),
    );
  const pullOf = (args: Args) => {
    const issue = issueOf(args);
    if (issue.pull === undefined) throw new ToolFailure(`Not Found: ${issue.number} is no pull request`);
    return issue;
  };
  const shownAll = (repository: GithubRepository) => shownRepository(repository, github);
  const issuesOf = (args: Args) => {
    const state = args.maybeText("state") ?? "open";
    return github
      .issues(args.text("owner"), args.text("repo"))
      .filter((issue) => state === "all" || issue.state === state);
  };
  const open: Effect = (args, by) => {
    const { head, base } = { head: args.text("head"), base: args.text("base") };
    const title = args.text("title");
    const isPull = head !== "";
    const opened = github.open(args.text("owner"), args.text("repo"), loginOf(by), {
      title: isPull && title === "" ? head : title,
      body: args.maybeText("body") ?? null,
      ...(args.has("labels") && { labels: args.texts("labels") ?? [] }),
      ...(args.has("assignees") && { assignees: args.texts("assignees") ?? [] }),
      ...(isPull && { pull: { head, base, draft: args.flag("draft"), merged: false } }),
    });
    return shownIssue(opened);
  };
  return {
    GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER: (args, by) => {
      github.star(args.text("owner"), args.text("repo"), loginOf(by));
      return {};
    },
    GITHUB_UNSTAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER: (args, by) => {
      github.unstar(args.text("owner"), args.text("repo"), loginOf(by));
      return {};
    },
    GITHUB_LIST_REPOSITORIES_STARRED_BY_THE_AUTHENTICATED_USER: (args, by) => {
      const starredAt = ({ stargazers }: GithubRepository) =>
        stargazers.find(({ login }) => login === loginOf(by))?.starredAt;
      const found = github.repositories().filter((one) => starredAt(one) !== undefined);
      found.sort((a, b) => String(starredAt(a)).localeCompare(String(starredAt(b))));
      return { details: paged(sorted(found, args), args).map(shownAll) };
    },
    GITHUB_LIST_STARGAZERS: (args) => ({
      details: paged(repositoryOf(args).stargazers, args).map(({ login }) => shownUser(login)),
    }),
    GITHUB_GET_A_REPOSITORY: (args) => shownAll(repositoryOf(args)),
    GITHUB_LIST_REPOSITORIES_FOR_THE_AUTHENTICATED_USER: (args) => ({
      details: paged(github.repositories(), args).map(shownAll),
    }),
    GITHUB_GET_THE_AUTHENTICATED_USER: (_, by) => shownUser(loginOf(by)),
    GITHUB_CREATE_AN_ISSUE: open,
    GITHUB_CREATE_A_PULL_REQUEST: open,
    GITHUB_GET_AN_ISSUE: (args) => shownIssue(issueOf(args)),
    GITHUB_LIST_REPOSITORY_ISSUES: (args) => {
      const labels = args
        .text("labels")
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean);
      const [assignee, creator] = [args.maybeText("assignee"), args.maybeText("creator")];
      const found = issuesOf(args).filter(
        (issue) =>
          labels.every((label) => issue.labels.includes(label)) &&
          (assignee === undefined || assignee === "*" || issue.assignees.includes(assignee)) &&
          (creator === undefined || issue.user === creator),
      );
      return { details: paged(sorted(found, args), args).map(shownIssue) };
    },
    GITHUB_UPDATE_AN_ISSUE: (args, by) => {
      const issue = issueOf(args);
      const state = args.maybeText("state");
      const changes: Partial<GithubIssue> = {
        ...(args.has("title") && { title: args.text("title") }),
        ...(args.has("body") && { body: args.text("body") }),
        ...((state === "open" || state === "closed") && {
          state,
          stateReason: args.maybeText("state_reason") ?? (state === "closed" ? "completed" : "reopened"),
        }),
        ...(args.has("labels") && { labels: args.texts("labels") ?? [] }),
        ...(args.has("assignees") && { assignees: args.texts("assignees") ?? [] }),
      };
      return shownIssue(github.change(issue, changes, loginOf(by)));
    },
    GITHUB_CREATE_AN_ISSUE_COMMENT: (args, by) => {
      const issue = issueOf(args);
      return shownComment(issue, github.comment(issue, loginOf(by), args.text("body")));
    },
    GITHUB_LIST_ISSUE_COMMENTS: (args) => {
      const issue = issueOf(args);
      return { details: paged(issue.comments, args).map((comment) => shownComment(issue, comment)) };
    },
    GITHUB_ADD_LABELS_TO_AN_ISSUE: (args, by) => {
      const issue = issueOf(args);
      const labels = [...issue.labels, ...(args.texts("labels") ?? [])];
      return { details: github.change(issue, { labels }, loginOf(by)).labels.map(shownLabel) };
    },
    GITHUB_REMOVE_A_LABEL_FROM_AN_ISSUE: (args, by) => {
      const issue = issueOf(args);
      const name = args.text("name");
      if (!issue.labels.includes(name)) throw new ToolFailure(`Label does not exist: ${name}`);
      const labels = issue.labels.filter((label) => label !== name);
      return { details: github.change(issue, { labels }, loginOf(by)).labels.map(shownLabel) };
    },
    GITHUB_LIST_LABELS_FOR_A_REPOSITORY: (args) => ({
      details: paged(repositoryOf(args).labels, args).map(shownLabel),
    }),
    GITHUB_GET_A_PULL_REQUEST: (args) => shownIssue(pullOf(args)),
    GITHUB_LIST_PULL_REQUESTS: (args) => {
      const found = issuesOf(args).filter(({ pull }) => pull !== undefined);
      return { details: paged(sorted(found, args), args).map(shownIssue) };
    },
    GITHUB_MERGE_A_PULL_REQUEST: (args, by) => {
      const pull = pullOf(args);
      const title = args.maybeText("commit_title") ?? `Merge pull request #${pull.number}`;
      const sha = github.merge(pull, loginOf(by), title);
      return { merged: true, message: "Pull Request successfully merged", sha };
    },
  };
}

/** Newest first, unless `direction` is `asc`. */
function sorted<Item>(oldestFirst: readonly Item[], args: Args): readonly Item[] {
  return args.text("direction") === "asc" ? oldestFirst : [...oldestFirst].reverse();
}

function paged<Item>(all: readonly Item[], args: Args): readonly Item[] {
  const size = args.number("per_page", 30);
  const from = (args.number("page", 1) - 1) * size;
  return all.slice(from, from + size);
}

function shownUser(login: string) {
  return {
    login,
    id: [...login].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1e9, 7),
    html_url: `https://github.com/${login}`,
    type: "User",
  };
}

const shownLabel = (name: string) => ({ name });

function shownRepository(repository: GithubRepository, github: GithubWorld): JsonObject {
  const { id, owner, name, description, stargazers } = repository;
  return {
    ...{ id, name, description },
    full_name: `${owner}/${name}`,
    html_url: urlOf(repository),
    stargazers_count: stargazers.length,
    open_issues_count: github.issues(owner, name).filter(({ state }) => state === "open").length,
    owner: shownUser(owner),
    default_branch: "main",
    private: false,
  };
}

/** An issue, or a pull request, as GitHub's API gives it. */
function shownIssue(issue: GithubIssue): JsonObject {
  const { id, number, title, body, state, pull } = issue;
  return {
    ...{ id, number, title, body, state },
    state_reason: issue.stateReason,
    html_url: issueUrl(issue),
    user: shownUser(issue.user),
    labels: issue.labels.map(shownLabel),
    assignees: issue.assignees.map(shownUser),
    comments: issue.comments.length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    ...(pull !== undefined && {
      draft: pull.draft,
      merged: pull.merged,
      head: { ref: pull.head },
      base: { ref: pull.base },
      pull_request: { html_url: issueUrl(issue) },
    }),
  };
}

function shownComment(issue: GithubIssue, { id, body, user, createdAt }: GithubComment): JsonObject {
  const html_url = `${issueUrl(issue)}#issuecomment-${id}`;
  return { ...{ id, body, html_url }, user: shownUser(user), created_at: createdAt };
}
