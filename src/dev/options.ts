import type { Clock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import type { RetryPolicy } from "../base/retry.js";
import { nearest } from "../base/suggest.js";
import type { CatalogTrigger } from "../catalog/types.js";
import type { InboxView } from "./dashboard/inbox-view.js";
import type { ModelRules } from "./model/rules.js";
import { type AccountSeed, accountStatuses } from "./state/accounts.js";

/** A trigger of one's own; what is left out gets a default. */
export type CatalogEntry = Pick<CatalogTrigger, "name" | "appName" | "payload"> & Partial<CatalogTrigger>;

const realtimeShapes = ["V3", "legacy"] as const;
export type RealtimeShape = (typeof realtimeShapes)[number];

/** Options of the local platform. It always listens on 127.0.0.1. */
export interface PlatformOptions {
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /**
   * Triggers of one's own, or the path of a JSON file with an array of them, or with the list of trigger types as the
   * platform's API answers it. They stand beside the built-in ones; one with the same name takes the place of a
   * built-in one.
   */
  readonly catalog?: string | readonly CatalogEntry[] | undefined;
  /**
   * How the scripted model replies, or the path of a JSON file that says so. Without a rule that matches, it calls
   * the offered tool that fits the prompt.
   */
  readonly modelRules?: string | ModelRules | undefined;
  /** Whether the built-in triggers are there. Default true. */
  readonly builtInTriggers?: boolean | undefined;
  /** A directory that keeps everything over a restart. Default: nothing is kept. One platform at a time. */
  readonly dataDir?: string | undefined;
  /**
   * The API keys that are accepted. Default: every key that is not empty, save those that begin with `invalid`.
   */
  readonly apiKeys?: readonly string[] | undefined;
  /** Connected accounts to begin with, besides the default ones. */
  readonly accounts?: readonly AccountSeed[] | undefined;
  /** Whether the entity `default` has one active account of every app in the catalog. Default true. */
  readonly defaultAccounts?: boolean | undefined;
  /**
   * Whether a user without an account gets an active one of every app, once a call names the user. Default true, but
   * false where `accounts` are given, or `defaultAccounts` is false: who has which account is said then.
   */
  readonly accountsOnDemand?: boolean | undefined;
  /**
   * Whether the project has two-factor checks: a call that names a connected account also names the account's owner.
   * Default false.
   */
  readonly twoFactor?: boolean | undefined;
  /** Whether triggers fire: the switch in a project's settings. Default true. */
  readonly triggersEnabled?: boolean | undefined;
  /**
   * The shape of the events on generation 3's realtime channel. Some projects still get generation 1's: `legacy`.
   * Default `V3`.
   */
  readonly realtimeShape?: RealtimeShape | undefined;
  /** Whether webhooks may go to other machines. Default false: only to this one. */
  readonly allowRemoteWebhooks?: boolean | undefined;
  /**
   * Hosts that the connect page may send a browser back to: `app.example.com`. Default: none besides this machine.
   */
  readonly callbackHosts?: readonly string[] | undefined;
  /** How webhooks are tried again. Default 6 attempts, from 500 ms up to 60 s apart. */
  readonly webhookRetry?: RetryPolicy | undefined;
  /** How many events the log keeps. Default 50,000. */
  readonly maxEvents?: number | undefined;
  /** And in how much memory, bytes. Default 256 MiB. */
  readonly maxEventBytes?: number | undefined;
  /** The longest body of a call, bytes. Default 5 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** How long a request may take to come, milliseconds. Default 30,000; its headers a third of it. */
  readonly requestTimeoutMs?: number | undefined;
  /** How long realtime clients may be silent before they are pinged, seconds. Default 120. */
  readonly activityTimeoutSeconds?: number | undefined;
  /** An opened inbox whose dead records the dashboard shows and replays. */
  readonly inbox?: InboxView | undefined;
  /** A directory with the dashboard's built files. Default: the package's own. */
  readonly dashboard?: string | undefined;
  /** Default: the machine's own. */
  readonly clock?: Clock | undefined;
  /** Numbers from 0 up to but without 1, for ids and made-up payloads: the same numbers, the same ids. */
  readonly random?: (() => number) | undefined;
}

type Kind = (value: unknown) => boolean;

const whole =
  (from: number, to: number): Kind =>
  (value) =>
    Number.isInteger(value) && Number(value) >= from && Number(value) <= to;
const flag: Kind = (value) => typeof value === "boolean";
const text: Kind = (value) => typeof value === "string" && value !== "";
const texts: Kind = (value) => Array.isArray(value) && value.every(text);
const anything: Kind = (value) => typeof value === "object" || typeof value === "function";
const MOST = Number.MAX_SAFE_INTEGER;

const kinds: ReadonlyMap<string, readonly [Kind, string]> = new Map<
  keyof PlatformOptions,
  readonly [Kind, string]
>([
  ["port", [whole(0, 65_535), "a port number from 0 to 65535"]],
  ["catalog", [(value) => text(value) || Array.isArray(value), "a file's path, or an array of triggers"]],
  [
    "modelRules",
    [(value) => text(value) || anything(value), "a file's path, or { rules: [{ when, reply }] }"],
  ],
  ["builtInTriggers", [flag, "true or false"]],
  ["dataDir", [text, "a directory's path"]],
  ["apiKeys", [(value) => texts(value) && (value as unknown[]).length > 0, "an array of at least one key"]],
  [
    "accounts",
    [
      (value) => Array.isArray(value) && value.every(isSeed),
      `an array of { appName, userId?, status?, shared? }`,
    ],
  ],
  ["defaultAccounts", [flag, "true or false"]],
  ["accountsOnDemand", [flag, "true or false"]],
  ["twoFactor", [flag, "true or false"]],
  ["triggersEnabled", [flag, "true or false"]],
  [
    "realtimeShape",
    [
      (value) => realtimeShapes.some((one) => one === value),
      realtimeShapes.map((one) => `"${one}"`).join(" or "),
    ],
  ],
  ["allowRemoteWebhooks", [flag, "true or false"]],
  ["callbackHosts", [texts, "an array of host names"]],
  ["webhookRetry", [anything, "{ attempts, baseMs, capMs }"]],
  ["maxEvents", [whole(1, 10_000_000), "a whole number from 1 to 10,000,000"]],
  ["maxEventBytes", [whole(1, MOST), "a whole number of bytes"]],
  ["maxBodyBytes", [whole(1, 1_000_000_000), "a whole number of bytes"]],
  ["requestTimeoutMs", [whole(10, 3_600_000), "a whole number of milliseconds, 10 or more"]],
  ["activityTimeoutSeconds", [whole(1, 86_400), "a whole number of seconds, 1 or more"]],
  ["inbox", [anything, "an opened inbox"]],
  ["dashboard", [text, "a directory's path"]],
  ["clock", [anything, "a clock"]],
  ["random", [anything, "a function"]],
]);

/** @throws EarshotError ERR_OPTION, naming the option */
export function checkOptions(options: PlatformOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const kind = kinds.get(name);
    if (kind === undefined) {
      const near = nearest(name, kinds.keys());
      const hint = near === undefined ? "" : ` Did you mean \`${near}\`?`;
      throw new EarshotError("ERR_OPTION", `startPlatform has no option \`${name}\`.${hint}`);
    }
    const [fits, wanted] = kind;
    if (value !== undefined && !fits(value)) {
      throw new EarshotError("ERR_OPTION", `\`${name}\` is to be ${wanted}.`);
    }
  }
  const { port } = options;
  if (port !== undefined && isBlockedPort(port)) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`port\` is ${port}, which browsers and fetch never connect to. Choose another, or 0 for any free one.`,
    );
  }
}

function isSeed(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { appName, userId, status, shared, ...others } = value as Record<string, unknown>;
  return (
    text(appName) &&
    (userId === undefined || text(userId)) &&
    (shared === undefined || flag(shared)) &&
    (status === undefined || accountStatuses.some((known) => known === status)) &&
    Object.keys(others).length === 0
  );
}
/** Ports that `fetch` and browsers never connect to (Fetch Standard, "bad port"), 1024 and above. */
const blocked = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080,
]);
/** The same below 1024. */
const blockedSystem = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995,
]);

/** Whether a server at this port could not be reached by browsers and by programs that use `fetch`. */
function isBlockedPort(port: number): boolean {
  return blocked.has(port) || blockedSystem.has(port);
}
