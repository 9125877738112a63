import { asanaTriggers } from "./apps/asana.js";
import { discordTriggers } from "./apps/discord.js";
import { githubTriggers } from "./apps/github.js";
import { gmailTriggers } from "./apps/gmail.js";
import { googleCalendarTriggers } from "./apps/googlecalendar.js";
import { googleSheetsTriggers } from "./apps/googlesheets.js";
import { hubspotTriggers } from "./apps/hubspot.js";
import { jiraTriggers } from "./apps/jira.js";
import { linearTriggers } from "./apps/linear.js";
import { notionTriggers } from "./apps/notion.js";
import { outlookTriggers } from "./apps/outlook.js";
import { slackTriggers } from "./apps/slack.js";
import { stripeTriggers } from "./apps/stripe.js";
import { todoistTriggers } from "./apps/todoist.js";
import { trelloTriggers } from "./apps/trello.js";
import { youtubeTriggers } from "./apps/youtube.js";
import type { CatalogTrigger } from "./types.js";

export { loadCatalog } from "./load.js";
export { type PrintableTrigger, printTriggerTypes } from "./print-triggers.js";
export { builtInTools } from "./tools/index.js";
export type { CatalogTool, CatalogTrigger } from "./types.js";

/**
 * The built-in triggers of the local platform, by app. Their names and fields are the platform's;
 * the types in src/generated/trigger-types are generated from them (`npm run types:triggers`).
 *
 * Made when it is asked for, and anew each time: it is a third of the platform's code, which a page that is opened
 * does not wait for.
 */
export function builtInCatalog(): readonly CatalogTrigger[] {
  return Object.freeze([
    ...asanaTriggers(),
    ...discordTriggers(),
    ...githubTriggers(),
    ...gmailTriggers(),
    ...googleCalendarTriggers(),
    ...googleSheetsTriggers(),
    ...hubspotTriggers(),
    ...jiraTriggers(),
    ...linearTriggers(),
    ...notionTriggers(),
    ...outlookTriggers(),
    ...slackTriggers(),
    ...stripeTriggers(),
    ...todoistTriggers(),
    ...trelloTriggers(),
    ...youtubeTriggers(),
  ]);
}
