// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

import type { AsanaTriggers } from "./asana.js";
import type { DiscordTriggers } from "./discord.js";
import type { GithubTriggers } from "./github.js";
import type { GmailTriggers } from "./gmail.js";
import type { GooglecalendarTriggers } from "./googlecalendar.js";
import type { GooglesheetsTriggers } from "./googlesheets.js";
import type { HubspotTriggers } from "./hubspot.js";
import type { JiraTriggers } from "./jira.js";
import type { LinearTriggers } from "./linear.js";
import type { NotionTriggers } from "./notion.js";
import type { OutlookTriggers } from "./outlook.js";
import type { SlackTriggers } from "./slack.js";
import type { StripeTriggers } from "./stripe.js";
import type { TodoistTriggers } from "./todoist.js";
import type { TrelloTriggers } from "./trello.js";
import type { YoutubeTriggers } from "./youtube.js";

/** Trigger name → its config and payload, for the triggers of the built-in catalog. */
export interface CatalogTriggers
  extends AsanaTriggers,
    DiscordTriggers,
    GithubTriggers,
    GmailTriggers,
    GooglecalendarTriggers,
    GooglesheetsTriggers,
    HubspotTriggers,
    JiraTriggers,
    LinearTriggers,
    NotionTriggers,
    OutlookTriggers,
    SlackTriggers,
    StripeTriggers,
    TodoistTriggers,
    TrelloTriggers,
    YoutubeTriggers {}
