// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface GithubTools {
  /** Add labels to an issue. Adds labels to an issue or a pull request; labels that it has already stay. */
  GITHUB_ADD_LABELS_TO_AN_ISSUE: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      issue_number: number;
      /** Names of labels. */
      labels: string[];
    };
    data: {
      /** All labels that it has now. */
      details: Record<string, unknown>[];
    };
  };
  /** Create an issue. Opens an issue in a repository. */
  GITHUB_CREATE_AN_ISSUE: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * The issue's title.
       * @example "The opening hours are missing"
       */
      title: string;
      /**
       * What it says, in Markdown.
       * @example "They were there last week."
       */
      body?: string | undefined;
      /** Names of labels. */
      labels?: string[] | undefined;
      /** Logins of those who are to do it. */
      assignees?: string[] | undefined;
    };
    data: {
      /**
       * The issue's number across GitHub.
       * @example 2184730113
       */
      id: number;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      number: number;
      /**
       * Its title.
       * @example "The opening hours are missing"
       */
      title: string;
      /**
       * What it says.
       * @example "They were there last week."
       */
      body: string | null;
      /**
       * `open` or `closed`.
       * @example "open"
       */
      state: string;
      /**
       * Its page.
       * @example "https://github.com/acme/site/issues/41"
       */
      html_url: string;
      /** Who opened it. */
      user: Record<string, unknown>;
      /** Its labels. */
      labels: Record<string, unknown>[];
      /** Those who are to do it. */
      assignees: Record<string, unknown>[];
      /**
       * How many comments it has.
       * @example 0
       */
      comments: number;
      /**
       * When it was opened.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string;
      /**
       * When it was last changed.
       * @example "2025-03-11T14:05:09Z"
       */
      updated_at: string;
    };
  };
  /** Create an issue comment. Comments on an issue or a pull request. */
  GITHUB_CREATE_AN_ISSUE_COMMENT: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      issue_number: number;
      /**
       * The comment, in Markdown.
       * @example "Are these right?"
       */
      body: string;
    };
    data: {
      /**
       * The comment's number.
       * @example 2711000001
       */
      id: number;
      /**
       * What it says.
       * @example "Are these right?"
       */
      body: string;
      /**
       * Its place.
       * @example "https://github.com/acme/site/issues/41#issuecomment-2711000001"
       */
      html_url: string;
      /** Who wrote it. */
      user: Record<string, unknown>;
      /**
       * When it was written.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string;
    };
  };
  /** Create a pull request. Opens a pull request. */
  GITHUB_CREATE_A_PULL_REQUEST: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * Its title.
       * @example "Say the opening hours on every page"
       */
      title?: string | undefined;
      /**
       * What it is about, in Markdown.
       * @example "Closes #41."
       */
      body?: string | undefined;
      /**
       * The branch with the changes.
       * @example "opening-hours"
       */
      head: string;
      /**
       * The branch that they are to go to.
       * @example "main"
       */
      base: string;
      /**
       * Whether it is a draft.
       * @default false
       */
      draft?: boolean | undefined;
    };
    data: {
      /**
       * The issue's number across GitHub.
       * @example 2184730113
       */
      id: number;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      number: number;
      /**
       * Its title.
       * @example "The opening hours are missing"
       */
      title: string;
      /**
       * What it says.
       * @example "They were there last week."
       */
      body: string | null;
      /**
       * `open` or `closed`.
       * @example "open"
       */
      state: string;
      /**
       * Its page.
       * @example "https://github.com/acme/site/pull/42"
       */
      html_url: string;
      /** Who opened it. */
      user: Record<string, unknown>;
      /** Its labels. */
      labels: Record<string, unknown>[];
      /** Those who are to do it. */
      assignees: Record<string, unknown>[];
      /**
       * How many comments it has.
       * @example 0
       */
      comments: number;
      /**
       * When it was opened.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string;
      /**
       * When it was last changed.
       * @example "2025-03-11T14:05:09Z"
       */
      updated_at: string;
      /**
       * Whether it is a draft.
       * @example false
       */
      draft: boolean;
      /**
       * Whether it has been merged.
       * @example false
       */
      merged: boolean;
      /** Where the changes are. */
      head: Record<string, unknown>;
      /** Where they are to go. */
      base: Record<string, unknown>;
    };
  };
  /** Get an issue. Reads an issue of a repository. */
  GITHUB_GET_AN_ISSUE: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      issue_number: number;
    };
    data: {
      /**
       * The issue's number across GitHub.
       * @example 2184730113
       */
      id: number;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      number: number;
      /**
       * Its title.
       * @example "The opening hours are missing"
       */
      title: string;
      /**
       * What it says.
       * @example "They were there last week."
       */
      body: string | null;
      /**
       * `open` or `closed`.
       * @example "open"
       */
      state: string;
      /**
       * Its page.
       * @example "https://github.com/acme/site/issues/41"
       */
      html_url: string;
      /** Who opened it. */
      user: Record<string, unknown>;
      /** Its labels. */
      labels: Record<string, unknown>[];
      /** Those who are to do it. */
      assignees: Record<string, unknown>[];
      /**
       * How many comments it has.
       * @example 0
       */
      comments: number;
      /**
       * When it was opened.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string;
      /**
       * When it was last changed.
       * @example "2025-03-11T14:05:09Z"
       */
      updated_at: string;
    };
  };
  /** Get a pull request. Reads a pull request. */
  GITHUB_GET_A_PULL_REQUEST: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * The pull request's number in the repository.
       * @example 42
       */
      pull_number: number;
    };
    data: {
      /**
       * The issue's number across GitHub.
       * @example 2184730113
       */
      id: number;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      number: number;
      /**
       * Its title.
       * @example "The opening hours are missing"
       */
      title: string;
      /**
       * What it says.
       * @example "They were there last week."
       */
      body: string | null;
      /**
       * `open` or `closed`.
       * @example "open"
       */
      state: string;
      /**
       * Its page.
       * @example "https://github.com/acme/site/pull/42"
       */
      html_url: string;
      /** Who opened it. */
      user: Record<string, unknown>;
      /** Its labels. */
      labels: Record<string, unknown>[];
      /** Those who are to do it. */
      assignees: Record<string, unknown>[];
      /**
       * How many comments it has.
       * @example 0
       */
      comments: number;
      /**
       * When it was opened.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string;
      /**
       * When it was last changed.
       * @example "2025-03-11T14:05:09Z"
       */
      updated_at: string;
      /**
       * Whether it is a draft.
       * @example false
       */
      draft: boolean;
      /**
       * Whether it has been merged.
       * @example false
       */
      merged: boolean;
      /** Where the changes are. */
      head: Record<string, unknown>;
      /** Where they are to go. */
      base: Record<string, unknown>;
    };
  };
  /** Get a repository. Reads a repository: what it is, how many stars and open issues it has. */
  GITHUB_GET_A_REPOSITORY: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
    };
    data: {
      /**
       * The repository's number across GitHub.
       * @example 1296269
       */
      id: number;
      /**
       * Its name.
       * @example "site"
       */
      name: string;
      /**
       * Its name with its owner's.
       * @example "acme/site"
       */
      full_name: string;
      /**
       * What it is.
       * @example "The site of Acme"
       */
      description: string | null;
      /**
       * Its page.
       * @example "https://github.com/acme/site"
       */
      html_url: string;
      /**
       * How many stars it has.
       * @example 12
       */
      stargazers_count: number;
      /**
       * How many open issues and pull requests it has.
       * @example 2
       */
      open_issues_count: number;
      /** Its owner. */
      owner: Record<string, unknown>;
      /**
       * Its main branch.
       * @example "main"
       */
      default_branch: string;
      /**
       * Whether only some see it.
       * @example false
       */
      private: boolean;
    };
  };
  /** Get the authenticated user. Reads who the connected account's user is. */
  GITHUB_GET_THE_AUTHENTICATED_USER: {
    arguments: Record<string, never>;
    data: {
      /**
       * The user's number across GitHub.
       * @example 583231
       */
      id: number;
      /**
       * The user's login.
       * @example "octocat"
       */
      login: string;
      /**
       * The user's page.
       * @example "https://github.com/octocat"
       */
      html_url: string;
      /**
       * What sort of account it is.
       * @example "User"
       */
      type: string;
    };
  };
  /** List issue comments. Lists the comments on an issue or a pull request, oldest first. */
  GITHUB_LIST_ISSUE_COMMENTS: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      issue_number: number;
      /**
       * Which page, from 1.
       * @default 1
       */
      page?: number | undefined;
      /**
       * How many on a page.
       * @default 30
       */
      per_page?: number | undefined;
    };
    data: {
      /** The comments. */
      details: Record<string, unknown>[];
    };
  };
  /** List labels for a repository. Lists the labels that a repository has. */
  GITHUB_LIST_LABELS_FOR_A_REPOSITORY: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * Which page, from 1.
       * @default 1
       */
      page?: number | undefined;
      /**
       * How many on a page.
       * @default 30
       */
      per_page?: number | undefined;
    };
    data: {
      /** The labels. */
      details: Record<string, unknown>[];
    };
  };
  /** List pull requests. Lists the pull requests of a repository, newest first. */
  GITHUB_LIST_PULL_REQUESTS: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * Which of them.
       * @default "open"
       */
      state?: "open" | "closed" | "all" | undefined;
      /**
       * Which page, from 1.
       * @default 1
       */
      page?: number | undefined;
      /**
       * How many on a page.
       * @default 30
       */
      per_page?: number | undefined;
    };
    data: {
      /** The pull requests. */
      details: Record<string, unknown>[];
    };
  };
  /** List repositories for the authenticated user. Lists the repositories that the connected account's user has access to. */
  GITHUB_LIST_REPOSITORIES_FOR_THE_AUTHENTICATED_USER: {
    arguments: {
      /**
       * Which page, from 1.
       * @default 1
       */
      page?: number | undefined;
      /**
       * How many on a page.
       * @default 30
       */
      per_page?: number | undefined;
    };
    data: {
      /** The repositories. */
      details: Record<string, unknown>[];
    };
  };
  /** List repositories starred by the authenticated user. Lists the repositories that the connected account's user has starred. */
  GITHUB_LIST_REPOSITORIES_STARRED_BY_THE_AUTHENTICATED_USER: {
    arguments: {
      /**
       * What to sort by.
       * @default "created"
       */
      sort?: "created" | "updated" | undefined;
      /**
       * Which way to sort.
       * @default "desc"
       */
      direction?: "asc" | "desc" | undefined;
      /**
       * Which page, from 1.
       * @default 1
       */
      page?: number | undefined;
      /**
       * How many on a page.
       * @default 30
       */
      per_page?: number | undefined;
    };
    data: {
      /** The repositories. */
      details: Record<string, unknown>[];
    };
  };
  /** List repository issues. Lists the issues of a repository, newest first unless asked otherwise. */
  GITHUB_LIST_REPOSITORY_ISSUES: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * Which of them.
       * @default "open"
       */
      state?: "open" | "closed" | "all" | undefined;
      /**
       * Only issues with all of these labels, comma-separated.
       * @example "bug,ui"
       */
      labels?: string | undefined;
      /**
       * Only issues that are this user's to do.
       * @example "octocat"
       */
      assignee?: string | undefined;
      /**
       * Only issues that this user opened.
       * @example "octocat"
       */
      creator?: string | undefined;
      /**
       * Which way to sort.
       * @default "desc"
       */
      direction?: "asc" | "desc" | undefined;
      /**
       * Which page, from 1.
       * @default 1
       */
      page?: number | undefined;
      /**
       * How many on a page.
       * @default 30
       */
      per_page?: number | undefined;
    };
    data: {
      /** The issues. */
      details: Record<string, unknown>[];
    };
  };
  /** List stargazers. Lists the users who have starred a repository. */
  GITHUB_LIST_STARGAZERS: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * Which page, from 1.
       * @default 1
       */
      page?: number | undefined;
      /**
       * How many on a page.
       * @default 30
       */
      per_page?: number | undefined;
    };
    data: {
      /** The users. */
      details: Record<string, unknown>[];
    };
  };
  /** Merge a pull request. Merges an open pull request, which closes it. */
  GITHUB_MERGE_A_PULL_REQUEST: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * The pull request's number in the repository.
       * @example 42
       */
      pull_number: number;
      /** How. */
      merge_method?: "merge" | "squash" | "rebase" | undefined;
      /**
       * The title of the merge commit.
       * @example "Opening hours (#42)"
       */
      commit_title?: string | undefined;
    };
    data: {
      /**
       * Whether it is merged.
       * @example true
       */
      merged: boolean;
      /**
       * GitHub's words for it.
       * @example "Pull Request successfully merged"
       */
      message: string;
      /**
       * The merge commit's SHA.
       * @example "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"
       */
      sha: string;
    };
  };
  /** Remove a label from an issue. Takes a label from an issue or a pull request. */
  GITHUB_REMOVE_A_LABEL_FROM_AN_ISSUE: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      issue_number: number;
      /**
       * The label.
       * @example "bug"
       */
      name: string;
    };
    data: {
      /** The labels that are left. */
      details: Record<string, unknown>[];
    };
  };
  /** Star a repository for the authenticated user. Stars a repository, as the connected account's user. */
  GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
    };
    data: Record<string, never>;
  };
  /** Unstar a repository. Takes the star of the connected account's user back from a repository. */
  GITHUB_UNSTAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
    };
    data: Record<string, never>;
  };
  /** Update an issue. Changes an issue: title, text, labels, assignees, or closes and reopens it. */
  GITHUB_UPDATE_AN_ISSUE: {
    arguments: {
      /**
       * The account that the repository belongs to. Not case-sensitive.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without `.git`. Not case-sensitive.
       * @example "site"
       */
      repo: string;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      issue_number: number;
      /**
       * The new title.
       * @example "The opening hours are missing"
       */
      title?: string | undefined;
      /**
       * The new text.
       * @example "They were there last week."
       */
      body?: string | undefined;
      /** `closed` closes it, `open` reopens it. */
      state?: "open" | "closed" | undefined;
      /** Why. */
      state_reason?: "completed" | "not_planned" | "reopened" | undefined;
      /** Names of labels. */
      labels?: string[] | undefined;
      /** Logins of those who are to do it. */
      assignees?: string[] | undefined;
    };
    data: {
      /**
       * The issue's number across GitHub.
       * @example 2184730113
       */
      id: number;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      number: number;
      /**
       * Its title.
       * @example "The opening hours are missing"
       */
      title: string;
      /**
       * What it says.
       * @example "They were there last week."
       */
      body: string | null;
      /**
       * `open` or `closed`.
       * @example "open"
       */
      state: string;
      /**
       * Its page.
       * @example "https://github.com/acme/site/issues/41"
       */
      html_url: string;
      /** Who opened it. */
      user: Record<string, unknown>;
      /** Its labels. */
      labels: Record<string, unknown>[];
      /** Those who are to do it. */
      assignees: Record<string, unknown>[];
      /**
       * How many comments it has.
       * @example 0
       */
      comments: number;
      /**
       * When it was opened.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string;
      /**
       * When it was last changed.
       * @example "2025-03-11T14:05:09Z"
       */
      updated_at: string;
    };
  };
}
