import type { CatalogTool } from "../types.js";
import { githubTools } from "./github.js";
import { gmailTools } from "./gmail.js";
import { googleCalendarTools } from "./googlecalendar.js";
import { googleSheetsTools } from "./googlesheets.js";
import { jiraTools } from "./jira.js";
import { linearTools } from "./linear.js";
import { notionTools } from "./notion.js";
import { slackTools } from "./slack.js";
import { todoistTools } from "./todoist.js";
import { trelloTools } from "./trello.js";

/**
 * The built-in tools of the local platform, by app: their names and arguments are the platform's. Made anew at each
 * call, as the triggers are.
 */
export function builtInTools(): readonly CatalogTool[] {
  return Object.freeze([
    ...githubTools(),
    ...gmailTools(),
    ...googleCalendarTools(),
    ...googleSheetsTools(),
    ...jiraTools(),
    ...linearTools(),
    ...notionTools(),
    ...slackTools(),
    ...todoistTools(),
    ...trelloTools(),
  ]);
}
