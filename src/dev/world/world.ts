import type { JsonObject } from "../../model/json.js";
import type { AppContext } from "./app-context.js";
import { type Effect, type Effects, ToolFailure } from "./effect.js";
import { GithubWorld } from "./github.js";
import { githubEffects } from "./github-tools.js";
import { GmailWorld } from "./gmail.js";
import { GoogleCalendarWorld } from "./google-calendar.js";
import { GoogleSheetsWorld } from "./google-sheets.js";
import { JiraWorld } from "./jira.js";
import { LinearWorld } from "./linear.js";
import { NotionWorld } from "./notion.js";
import { SlackWorld } from "./slack.js";
import { slackEffects } from "./slack-tools.js";
import { TodoistWorld } from "./todoist.js";
import { TrelloWorld } from "./trello.js";

/**
 * The small world that the local platform's tools act in: an app of each kind, in memory. What a tool does can be read
 * by other tools, here, and at `GET /dev/api/world`, and fires the triggers that fit. The oldest things go where there
 * are too many.
 */
export class World {
  readonly slack: SlackWorld;
  readonly github: GithubWorld;
  readonly gmail: GmailWorld;
  readonly googlecalendar: GoogleCalendarWorld;
  readonly googlesheets: GoogleSheetsWorld;
  readonly jira: JiraWorld;
  readonly linear: LinearWorld;
  readonly notion: NotionWorld;
  readonly todoist: TodoistWorld;
  readonly trello: TrelloWorld;
  readonly #effects: ReadonlyMap<string, Effect>;

  /** @param own effects of tools that belong to no app of the world */
  constructor(context: AppContext, own: Effects) {
    this.slack = new SlackWorld(context);
    this.github = new GithubWorld(context);
    this.gmail = new GmailWorld(context);
    this.googlecalendar = new GoogleCalendarWorld(context);
    this.googlesheets = new GoogleSheetsWorld(context);
    this.jira = new JiraWorld(context);
    this.linear = new LinearWorld(context);
    this.notion = new NotionWorld(context);
    this.todoist = new TodoistWorld(context);
    this.trello = new TrelloWorld(context);
    const others = [
      this.gmail,
      this.googlecalendar,
      this.googlesheets,
      this.jira,
      this.linear,
      this.notion,
      this.todoist,
      this.trello,
    ];
    const effects = [
      own,
      slackEffects(this.slack, context),
      githubEffects(this.github),
      ...others.map((app) => app.effects()),
    ];
    this.#effects = new Map(effects.flatMap((of) => Object.entries(of)));
  }

  /** What a tool does; `undefined` for a tool without an effect here. */
  effectOf(tool: string): Effect | undefined {
    return this.#effects.get(tool);
  }

  /** Takes note of an event that was fired by hand: what it tells of is there for the tools from then on. */
  observe(trigger: string, payload: JsonObject, config: JsonObject, userId: string): void {
    try {
      this.slack.observe(trigger, payload);
      if (trigger.startsWith("GITHUB_")) this.github.observe(trigger, payload, config);
      this.gmail.observe(trigger, payload, userId);
    } catch (error) {
      // Odd payloads are worth a try; the world keeps nothing of them.
      if (!(error instanceof ToolFailure)) throw error;
    }
  }

  /** Everything in it, as JSON. */
  toJSON(): Readonly<Record<string, object>> {
    return Object.fromEntries(this.#apps().map(([name, app]) => [name, app.toJSON()]));
  }

  /** Makes everything as it was in the beginning. */
  reset(): void {
    for (const [, app] of this.#apps()) {
      app.clear();
      app.begin();
    }
  }

  #apps() {
    const { slack, github, gmail, googlecalendar, googlesheets, jira, linear, notion, todoist, trello } =
      this;
    return Object.entries({
      ...{ slack, github, gmail, googlecalendar, googlesheets, jira, linear, notion, todoist, trello },
    });
  }
}
