import {
  anything,
  choice,
  flag,
  link,
  list,
  nullable,
  optional,
  text,
  toolsOf,
  upTo,
  when,
  whole,
} from "../fields.js";

const repository = {
  owner: text("The account that the repository belongs to. Not case-sensitive.", "acme", "octocat"),
  repo: text("The repository's name, without `.git`. Not case-sensitive.", "site", "hello-world"),
};
const issue = { ...repository, issue_number: whole("The issue's number in the repository.", 41) };
const pull = { ...repository, pull_number: whole("The pull request's number in the repository.", 42) };

const paging = {
  page: upTo("Which page, from 1.", 1_000_000, 1),
  per_page: upTo("How many on a page.", 100, 30),
};
const direction = optional(choice("Which way to sort.", ["asc", "desc"]), "desc");
const labels = list("Names of labels.", text("A label.", "bug", "question"));
const assignees = list("Logins of those who are to do it.", text("A login.", "octocat"));

const shownIssue = {
  id: whole("The issue's number across GitHub.", 2_184_730_113),
  number: whole("The issue's number in the repository.", 41),
  title: text("Its title.", "The opening hours are missing"),
  body: nullable(text("What it says.", "They were there last week.")),
  state: text("`open` or `closed`.", "open"),
  html_url: link("Its page.", "https://github.com/acme/site/issues/41"),
  user: anything("Who opened it.", { login: "octocat" }),
  labels: list("Its labels.", anything("A label.", { name: "bug" })),
  assignees: list("Those who are to do it.", anything("A user.", { login: "octocat" })),
  comments: whole("How many comments it has.", 0),
  created_at: when("When it was opened."),
  updated_at: when("When it was last changed."),
};

const shownComment = {
  id: whole("The comment's number.", 2_711_000_001),
  body: text("What it says.", "Are these right?"),
  html_url: link("Its place.", "https://github.com/acme/site/issues/41#issuecomment-2711000001"),
  user: anything("Who wrote it.", { login: "octocat" }),
  created_at: when("When it was written."),
};

const shownPull = {
  ...shownIssue,
  html_url: link("Its page.", "https://github.com/acme/site/pull/42"),
  draft: flag("Whether it is a draft.", false),
  merged: flag("Whether it has been merged.", false),
  head: anything("Where the changes are.", { ref: "opening-hours" }),
  base: anything("Where they are to go.", { ref: "main" }),
};

const shownRepository = {
  id: whole("The repository's number across GitHub.", 1_296_269),
  name: text("Its name.", "site"),
  full_name: text("Its name with its owner's.", "acme/site"),
  description: nullable(text("What it is.", "The site of Acme")),
  html_url: link("Its page.", "https://github.com/acme/site"),
  stargazers_count: whole("How many stars it has.", 12),
  open_issues_count: whole("How many open issues and pull requests it has.", 2),
  owner: anything("Its owner.", { login: "acme" }),
  default_branch: text("Its main branch.", "main"),
  private: flag("Whether only some see it.", false),
};

/** A list as the platform gives it: GitHub answers a bare array, which stands under `details`. */
const listOf = (description: string, example: Readonly<Record<string, unknown>>) => ({
  details: list(description, anything("One of them.", example)),
});

/** Calls of GitHub's REST API. */
export const githubTools = () =>
  toolsOf(
    { name: "github", displayName: "GitHub", version: "20250930_00" },
    {
      GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER: {
        displayName: "Star a repository for the authenticated user",
        description: "Stars a repository, as the connected account's user.",
        does: "update",
        important: true,
        input: repository,
        output: {},
      },
      GITHUB_UNSTAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER: {
        displayName: "Unstar a repository",
        description: "Takes the star of the connected account's user back from a repository.",
        does: "delete",
        input: repository,
        output: {},
      },
      GITHUB_LIST_REPOSITORIES_STARRED_BY_THE_AUTHENTICATED_USER: {
        displayName: "List repositories starred by the authenticated user",
        description: "Lists the repositories that the connected account's user has starred.",
        does: "read",
        important: true,
        input: {
          sort: optional(choice("What to sort by.", ["created", "updated"]), "created"),
          direction,
          ...paging,
        },
        output: listOf("The repositories.", { full_name: "acme/site" }),
      },
      GITHUB_LIST_STARGAZERS: {
        displayName: "List stargazers",
        description: "Lists the users who have starred a repository.",
        does: "read",
        important: true,
        input: { ...repository, ...paging },
        output: listOf("The users.", { login: "octocat" }),
      },
      GITHUB_GET_A_REPOSITORY: {
        displayName: "Get a repository",
        description: "Reads a repository: what it is, how many stars and open issues it has.",
        does: "read",
        important: true,
        input: repository,
        output: shownRepository,
      },
      GITHUB_LIST_REPOSITORIES_FOR_THE_AUTHENTICATED_USER: {
        displayName: "List repositories for the authenticated user",
        description: "Lists the repositories that the connected account's user has access to.",
        does: "read",
        important: true,
        input: paging,
        output: listOf("The repositories.", { full_name: "acme/site" }),
      },
      GITHUB_GET_THE_AUTHENTICATED_USER: {
        displayName: "Get the authenticated user",
        description: "Reads who the connected account's user is.",
        does: "read",
        input: {},
        output: {
          id: whole("The user's number across GitHub.", 583_231),
          login: text("The user's login.", "octocat"),
          html_url: link("The user's page.", "https://github.com/octocat"),
          type: text("What sort of account it is.", "User"),
        },
      },
      GITHUB_CREATE_AN_ISSUE: {
        displayName: "Create an issue",
        description: "Opens an issue in a repository.",
        does: "create",
        important: true,
        input: {
          ...repository,
          title: text("The issue's title.", "The opening hours are missing"),
          body: optional(text("What it says, in Markdown.", "They were there last week.")),
          labels: optional(labels),
          assignees: optional(assignees),
        },
        output: shownIssue,
      },
      GITHUB_GET_AN_ISSUE: {
        displayName: "Get an issue",
        description: "Reads an issue of a repository.",
        does: "read",
        important: true,
        input: issue,
        output: shownIssue,
      },
      GITHUB_LIST_REPOSITORY_ISSUES: {
        displayName: "List repository issues",
        description: "Lists the issues of a repository, newest first unless asked otherwise.",
        does: "read",
        important: true,
        input: {
          ...repository,
          state: optional(choice("Which of them.", ["open", "closed", "all"]), "open"),
          labels: optional(text("Only issues with all of these labels, comma-separated.", "bug,ui")),
          assignee: optional(text("Only issues that are this user's to do.", "octocat")),
          creator: optional(text("Only issues that this user opened.", "octocat")),
          direction,
          ...paging,
        },
        output: listOf("The issues.", { number: 41, title: "The opening hours are missing" }),
      },
      GITHUB_UPDATE_AN_ISSUE: {
        displayName: "Update an issue",
        description: "Changes an issue: title, text, labels, assignees, or closes and reopens it.",
        does: "update",
        input: {
          ...issue,
          title: optional(text("The new title.", "The opening hours are missing")),
          body: optional(text("The new text.", "They were there last week.")),
          state: optional(choice("`closed` closes it, `open` reopens it.", ["open", "closed"])),
          state_reason: optional(choice("Why.", ["completed", "not_planned", "reopened"])),
          labels: optional(labels),
          assignees: optional(assignees),
        },
        output: shownIssue,
      },
      GITHUB_CREATE_AN_ISSUE_COMMENT: {
        displayName: "Create an issue comment",
        description: "Comments on an issue or a pull request.",
        does: "create",
        important: true,
        input: { ...issue, body: text("The comment, in Markdown.", "Are these right?") },
        output: shownComment,
      },
      GITHUB_LIST_ISSUE_COMMENTS: {
        displayName: "List issue comments",
        description: "Lists the comments on an issue or a pull request, oldest first.",
        does: "read",
        important: true,
        input: { ...issue, ...paging },
        output: listOf("The comments.", { id: 2_711_000_001, body: "Are these right?" }),
      },
      GITHUB_ADD_LABELS_TO_AN_ISSUE: {
        displayName: "Add labels to an issue",
        description: "Adds labels to an issue or a pull request; labels that it has already stay.",
        does: "update",
        important: true,
        input: { ...issue, labels },
        output: listOf("All labels that it has now.", { name: "bug" }),
      },
      GITHUB_REMOVE_A_LABEL_FROM_AN_ISSUE: {
        displayName: "Remove a label from an issue",
        description: "Takes a label from an issue or a pull request.",
        does: "delete",
        input: { ...issue, name: text("The label.", "bug") },
        output: listOf("The labels that are left.", { name: "bug" }),
      },
      GITHUB_LIST_LABELS_FOR_A_REPOSITORY: {
        displayName: "List labels for a repository",
        description: "Lists the labels that a repository has.",
        does: "read",
        input: { ...repository, ...paging },
        output: listOf("The labels.", { name: "bug" }),
      },
      GITHUB_CREATE_A_PULL_REQUEST: {
        displayName: "Create a pull request",
        description: "Opens a pull request.",
        does: "create",
        important: true,
        input: {
          ...repository,
          title: optional(text("Its title.", "Say the opening hours on every page")),
          body: optional(text("What it is about, in Markdown.", "Closes #41.")),
          head: text("The branch with the changes.", "opening-hours"),
          base: text("The branch that they are to go to.", "main"),
          draft: optional(flag("Whether it is a draft."), false),
        },
        output: shownPull,
      },
      GITHUB_GET_A_PULL_REQUEST: {
        displayName: "Get a pull request",
        description: "Reads a pull request.",
        does: "read",
        important: true,
        input: pull,
        output: shownPull,
      },
      GITHUB_LIST_PULL_REQUESTS: {
        displayName: "List pull requests",
        description: "Lists the pull requests of a repository, newest first.",
        does: "read",
        important: true,
        input: {
          ...repository,
          state: optional(choice("Which of them.", ["open", "closed", "all"]), "open"),
          ...paging,
        },
        output: listOf("The pull requests.", { number: 42, title: "Say the opening hours on every page" }),
      },
      GITHUB_MERGE_A_PULL_REQUEST: {
        displayName: "Merge a pull request",
        description: "Merges an open pull request, which closes it.",
        does: "update",
        input: {
          ...pull,
          merge_method: optional(choice("How.", ["merge", "squash", "rebase"])),
          commit_title: optional(text("The title of the merge commit.", "Opening hours (#42)")),
        },
        output: {
          merged: flag("Whether it is merged.", true),
          message: text("GitHub's words for it.", "Pull Request successfully merged"),
          sha: text("The merge commit's SHA.", "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"),
        },
      },
    },
  );
