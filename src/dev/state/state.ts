import { join } from "node:path";
import type { FiredEvent } from "../fired.js";
import { type Account, type AccountSeed, Accounts } from "./accounts.js";
import { ApiKeys } from "./api-keys.js";
import { AuthConfigs } from "./auth-configs.js";
import { EventLog, type LogEntry } from "./event-log.js";
import type { Ids } from "./ids.js";
import { Instances } from "./instances.js";
import { Journal } from "./journal.js";
import { newProject, newProjectSettings, type Project, type ProjectSettings } from "./project.js";
import { parseSnapshot, type Snapshot, snapshotText } from "./snapshot.js";
import { readIfThere, StateFile } from "./state-file.js";

/** What a state begins with. */
export interface StateOptions {
  readonly ids: Ids;
  readonly appKey: string;
  /** ISO 8601 */
  readonly nowIso: string;
  /** Every app gets one active account of the `default` entity. */
  readonly apps: () => readonly string[];
  /** Whether an app's accounts are of an OAuth app of the user's own. */
  readonly needsOwnApp: (appName: string) => boolean;
  readonly accounts: readonly AccountSeed[];
  /** Whether the `default` entity gets its accounts. */
  readonly seedDefault: boolean;
  readonly apiKeys: readonly string[] | undefined;
  readonly dataDir: string | undefined;
  readonly mostEvents: number;
  readonly mostEventBytes: number;
  /** Called with an error of a write in the background. */
  readonly onError: (error: Error) => void;
}

/** Everything the platform knows, in memory, and on disk where a directory was given. */
export class State {
  readonly project: Project;
  readonly accounts: Accounts;
  readonly instances: Instances;
  readonly apiKeys: ApiKeys;
  readonly authConfigs: AuthConfigs;
  readonly log: EventLog;
  /** When a WebSocket subscribed last, ISO 8601. Not stored. */
  lastSubscribedAt: string | null = null;
  #settings: ProjectSettings;
  readonly #file: StateFile | undefined;
  readonly #journal: Journal | undefined;

  private constructor(
    snapshot: Omit<Snapshot, "accounts">,
    accounts: Accounts,
    log: EventLog,
    journal: Journal | undefined,
    options: StateOptions,
  ) {
    this.project = snapshot.project;
    this.#settings = snapshot.settings;
    this.accounts = accounts;
    this.instances = new Instances(snapshot.instances);
    this.apiKeys = new ApiKeys(options.apiKeys, snapshot.apiKeys);
    this.authConfigs = new AuthConfigs(options, snapshot.authConfigs, snapshot.project.createdAt);
    this.log = log;
    this.#journal = journal;
    if (options.dataDir !== undefined) {
      this.#file = new StateFile(join(options.dataDir, "state.json"), () => snapshotText(this.#snapshot()));
    }
  }

  /** @throws EarshotError ERR_PLATFORM_STATE where the directory has files that cannot be used */
  static async open(options: StateOptions): Promise<State> {
    const log = new EventLog(options.mostEvents, options.mostEventBytes);
    let snapshot: Snapshot | undefined;
    let journal: Journal | undefined;
    if (options.dataDir !== undefined) {
      const file = join(options.dataDir, "state.json");
      const text = await readIfThere(file);
      if (text !== undefined) snapshot = parseSnapshot(text, file);
      journal = new Journal(join(options.dataDir, "events.jsonl"), log, options.mostEvents, options.onError);
      await journal.load();
    }
    const accounts = new Accounts((all) => begin(all, snapshot?.accounts, options));
    const state = new State(snapshot ?? beginning(options), accounts, log, journal, options);
    state.changed();
    await state.saved();
    return state;
  }

  get settings(): ProjectSettings {
    return this.#settings;
  }

  set settings(settings: ProjectSettings) {
    this.#settings = settings;
    this.changed();
  }

  /** To be called after every change of accounts, instances or keys. */
  changed(): void {
    this.#file?.change();
  }

  /** @param bytes about what the event takes in memory */
  fired(event: FiredEvent, triggerType: LogEntry["triggerType"], bytes: number): LogEntry {
    const line = this.log.add(event, triggerType, bytes);
    this.#journal?.fired(line);
    return line;
  }

  settled(logId: string, error: string | undefined): void {
    if (this.log.get(logId)?.error === error) return;
    if (this.log.settle(logId, error)) this.#journal?.settled(logId, error);
  }

  /** Waits until every change so far is on the disk. @throws EarshotError ERR_PLATFORM_STATE where it cannot be */
  async saved(): Promise<void> {
    await this.#file?.saved();
    await this.#journal?.saved();
  }

  #snapshot(): Snapshot {
    return {
      project: this.project,
      settings: this.#settings,
      accounts: this.accounts.all(),
      instances: this.instances.all(),
      apiKeys: this.apiKeys.all(),
      authConfigs: this.authConfigs.changed(),
    };
  }
}

/** @param kept the accounts of an earlier run; `undefined` where there was none */
function begin(
  accounts: Accounts,
  kept: readonly Account[] | undefined,
  { apps, accounts: seeds, seedDefault, nowIso }: StateOptions,
): void {
  for (const account of kept ?? []) accounts.put(account);
  const has = new Set(
    (kept ?? []).filter(({ userId }) => userId === "default").map(({ appName }) => appName),
  );
  for (const app of seedDefault ? apps() : []) {
    // A catalog may have got a new app since the last time.
    if (!has.has(app)) accounts.seed({ appName: app }, nowIso);
  }
  if (kept === undefined) for (const seed of seeds) accounts.seed(seed, nowIso);
}

function beginning({ ids, appKey, nowIso }: StateOptions): Omit<Snapshot, "accounts"> {
  return {
    project: newProject(ids, appKey, nowIso),
    settings: newProjectSettings(ids),
    instances: [],
    apiKeys: [],
    authConfigs: [],
  };
}
