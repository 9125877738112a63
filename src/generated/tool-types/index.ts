// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

import type { GithubTools } from "./github.js";
import type { GmailTools } from "./gmail.js";
import type { GooglecalendarTools } from "./googlecalendar.js";
import type { GooglesheetsTools } from "./googlesheets.js";
import type { JiraTools } from "./jira.js";
import type { LinearTools } from "./linear.js";
import type { NotionTools } from "./notion.js";
import type { SlackTools } from "./slack.js";
import type { TodoistTools } from "./todoist.js";
import type { TrelloTools } from "./trello.js";

/** Tool name → its arguments and the data of its result, for the tools of the built-in catalog. */
export interface CatalogTools
  extends GithubTools,
    GmailTools,
    GooglecalendarTools,
    GooglesheetsTools,
    JiraTools,
    LinearTools,
    NotionTools,
    SlackTools,
    TodoistTools,
    TrelloTools {}
