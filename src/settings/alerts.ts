import { EarshotError } from "../base/errors.js";
import {
  between,
  boolean,
  count,
  functionOption,
  knownOptions,
  number,
  numberOption,
  type OptionTable,
  readOptions,
  withoutDefault,
} from "../base/options.js";
import { shownValue } from "../base/warning.js";

/** Events that an alert is about: a trigger name, several, or those of a provider or a callback. */
export type AlertFilter =
  | string
  | readonly string[]
  | {
      readonly triggerName?: string | readonly string[] | undefined;
      readonly provider?: string | undefined;
      readonly callback?: string | undefined;
    };

/** What every rule has. */
interface RuleOptions {
  /** Names the alert in listener events and messages. Default: the kind of rule and its filter. */
  readonly name?: string | undefined;
  /** Events that count. Default: all. */
  readonly filter?: AlertFilter | undefined;
}

/** Raised while too large a part of the attempts fails. */
export interface ErrorRateRule extends RuleOptions {
  /** From 0 to 1. Default: 0.1. */
  readonly above?: number | undefined;
  /** Attempts of this time count, milliseconds. Default: 300,000. */
  readonly windowMs?: number | undefined;
  /** With fewer attempts in the window, nothing is raised. Default: 10. */
  readonly minAttempts?: number | undefined;
}

/** Raised while events take too long, from received to done. */
export interface LatencyRule extends RuleOptions {
  /** Milliseconds. Default: 60,000. */
  readonly aboveMs?: number | undefined;
  /** The percentile that is compared, from 0 to 100. Default: 95. */
  readonly percentile?: number | undefined;
  /** Events of this time count, milliseconds. Default: 300,000. */
  readonly windowMs?: number | undefined;
  /** With fewer events in the window, nothing is raised. Default: 10. */
  readonly minEvents?: number | undefined;
}

/** When silence counts. */
export interface AlertSchedule {
  /** Days of the week, 0 for Sunday. Default: all. */
  readonly days?: readonly number[] | undefined;
  /** `"08:00"`. Default: `"00:00"`. */
  readonly from?: string | undefined;
  /** `"18:30"`; before `from`, it is a time of the next day. Default: `"24:00"`. */
  readonly to?: string | undefined;
  /** An IANA name: `"Europe/Berlin"`. Default: `"UTC"`. */
  readonly timeZone?: string | undefined;
}

/** Raised when no event was received for too long. */
export interface SilenceRule extends RuleOptions {
  /** Milliseconds without an event. Required. */
  readonly afterMs: number;
  /** Times in which events are expected. Default: always. */
  readonly schedule?: AlertSchedule | undefined;
}

/** Raised while there are too many of something in a time: dead letters, rejected deliveries. */
export interface CountRule extends RuleOptions {
  /** More than this many. Default: 0 dead letters, 10 rejected deliveries. */
  readonly above?: number | undefined;
  /** Milliseconds. Default: 3,600,000 for dead letters, 300,000 for rejected deliveries. */
  readonly windowMs?: number | undefined;
}

/** Raised when events may be missing. */
export interface GapRule {
  /** Names the alert in listener events and messages. Default: `"gap"`. */
  readonly name?: string | undefined;
  /** A gap may be open for this long, milliseconds. One that cannot be filled raises at once. Default: 60,000. */
  readonly afterMs?: number | undefined;
}

type OneOrMore<Rule> = boolean | Rule | readonly Rule[];

/** Options of `alerts`. A rule is `true` for its defaults, its options, or a list of several. */
export interface AlertOptions {
  /** The part of attempts that fail. Default: no rule. */
  readonly errorRate?: OneOrMore<ErrorRateRule> | undefined;
  /** The time from received to done. Default: no rule. */
  readonly latency?: OneOrMore<LatencyRule> | undefined;
  /** The time without an event. Default: no rule. */
  readonly silence?: SilenceRule | readonly SilenceRule[] | undefined;
  /** Dead letters. Default: no rule. */
  readonly deadLetters?: OneOrMore<CountRule> | undefined;
  /** Rejected deliveries: wrong signatures and times, unknown paths left out. Default: no rule. */
  readonly rejected?: OneOrMore<CountRule> | undefined;
  /** Gaps of the WebSocket. Default: no rule. */
  readonly gap?: boolean | GapRule | undefined;
  /** The platform's own events that a trigger was disabled, or that an account's authorization expired. Default: false. */
  readonly platform?: boolean | undefined;
  /**
   * An alert is cleared once its condition has not held for this long, milliseconds: one that comes and goes is one
   * alert. Default: 60,000.
   */
  readonly clearAfterMs?: number | undefined;
  /** Called with each alert that is raised or cleared. May be async. Default: none. */
  readonly onAlert?: ((alert: Alert) => unknown) | undefined;
  /** Where each alert is posted, in the form that Slack's incoming webhooks take. Default: nowhere. */
  readonly webhook?: string | { readonly url: string; readonly secret?: string | undefined } | undefined;
}

/** An alert that is raised or cleared. */
export interface Alert {
  readonly state: "raised" | "cleared";
  /** The name of its rule: `silence GITHUB_PUSH`. */
  readonly alert: string;
  readonly kind: AlertKind;
  /** One sentence. */
  readonly message: string;
  /** When it was raised. */
  readonly since: Date;
}

export type AlertKind = "errorRate" | "latency" | "silence" | "deadLetters" | "rejected" | "gap" | "platform";

/** One rule, with every default filled in. */
export interface AlertRule {
  readonly kind: AlertKind;
  readonly name: string;
  readonly triggerNames: readonly string[] | undefined;
  readonly provider: string | undefined;
  readonly callback: string | undefined;
  /** A part, milliseconds or a number, by the kind. */
  readonly above: number;
  readonly windowMs: number;
  /** Fewer measurements raise nothing. */
  readonly least: number;
  readonly percentile: number;
  readonly schedule: Required<AlertSchedule> | undefined;
}

export interface AlertSettings {
  readonly rules: readonly AlertRule[];
  readonly clearAfterMs: number;
  readonly onAlert: AlertOptions["onAlert"];
  readonly webhook: { readonly url: string; readonly secret: string | undefined } | undefined;
}

const HOUR_MS = 3_600_000;
const WINDOW_MS = 300_000;

const common = { name: withoutDefault<string>(), filter: withoutDefault<AlertFilter>() };
const ruleTables = {
  errorRate: {
    ...common,
    above: between(0.1, 0, 1),
    windowMs: number(WINDOW_MS, 1),
    minAttempts: count(10, 1),
  },
  latency: {
    ...common,
    aboveMs: number(60_000, 0),
    percentile: between(95, 0, 100),
    windowMs: number(WINDOW_MS, 1),
    minEvents: count(10, 1),
  },
  silence: {
    ...common,
    afterMs: { default: undefined, read: requiredMs },
    schedule: withoutDefault(scheduleOption),
  },
  deadLetters: { ...common, above: number(0, 0), windowMs: number(HOUR_MS, 1) },
  rejected: { ...common, above: number(10, 0), windowMs: number(WINDOW_MS, 1) },
  gap: { name: withoutDefault<string>(), afterMs: number(60_000, 0) },
  platform: {},
} satisfies Record<AlertKind, Record<string, unknown>>;

export const alertTable = {
  errorRate: withoutDefault<AlertOptions["errorRate"]>(),
  latency: withoutDefault<AlertOptions["latency"]>(),
  silence: withoutDefault<AlertOptions["silence"]>(),
  deadLetters: withoutDefault<AlertOptions["deadLetters"]>(),
  rejected: withoutDefault<AlertOptions["rejected"]>(),
  gap: withoutDefault<AlertOptions["gap"]>(),
  platform: boolean(false),
  clearAfterMs: number(60_000, 0),
  onAlert: functionOption<(alert: Alert) => unknown>("of an alert"),
  webhook: withoutDefault(webhookOption),
} satisfies OptionTable<AlertOptions>;

/** @throws EarshotError ERR_OPTION */
export function alertSettings(options: AlertOptions): AlertSettings {
  const given = readOptions("`alerts`", alertTable, options, (key) => `alerts.${key}`);
  const { clearAfterMs, onAlert, webhook } = given;
  const kinds = Object.keys(ruleTables) as AlertKind[];
  const rules = kinds.flatMap((kind) => rulesOf(kind, given[kind]));
  const names = rules.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new EarshotError("ERR_OPTION", `\`alerts\` has two rules "${twice}": give one a \`name\`.`);
  }
  return Object.freeze({ rules: Object.freeze(rules), clearAfterMs, onAlert, webhook });
}

function rulesOf(kind: AlertKind, given: unknown): AlertRule[] {
  if (given === undefined || given === false) return [];
  if (given === true && kind === "silence") {
    throw new EarshotError("ERR_OPTION", "`alerts.silence` needs an `afterMs`.");
  }
  const list = given === true ? [{}] : Array.isArray(given) ? given : [given];
  return list.map((one: object) => ruleOf(kind, one));
}

function ruleOf(kind: AlertKind, given: object): AlertRule {
  const read = readOptions as (
    where: string,
    table: object,
    options: object,
    nameOf: (key: string) => string,
  ) => object;
  const values = read(`\`alerts.${kind}\``, ruleTables[kind], given, (key) => `alerts.${kind}.${key}`) as {
    readonly [Name in keyof (ErrorRateRule & LatencyRule & SilenceRule)]?: never;
  } & Partial<
    Record<"above" | "aboveMs" | "afterMs" | "windowMs" | "minAttempts" | "minEvents" | "percentile", number>
  >;
  const { name, filter, schedule } = given as Partial<SilenceRule>;
  const fields = filterOption(`alerts.${kind}.filter`, filter);
  const { above, aboveMs, afterMs, windowMs = HOUR_MS, minAttempts, minEvents, percentile = 95 } = values;
  const of = fields.triggerNames?.join(", ") ?? fields.provider ?? fields.callback;
  return Object.freeze({
    kind,
    name: name ?? (of === undefined ? kind : `${kind} ${of}`),
    ...fields,
    above: above ?? aboveMs ?? afterMs ?? 0,
    windowMs,
    least: minAttempts ?? minEvents ?? 1,
    percentile,
    schedule: schedule === undefined ? undefined : scheduleOption(`alerts.${kind}.schedule`, schedule),
  });
}

function filterOption(name: string, filter: AlertFilter | undefined) {
  const names = (given: string | readonly string[] | undefined) =>
    given === undefined ? undefined : [given].flat().map((one) => textOption(name, one).toUpperCase());
  if (filter === undefined || typeof filter === "string" || Array.isArray(filter)) {
    return {
      triggerNames: names(filter as string | readonly string[] | undefined),
      provider: undefined,
      callback: undefined,
    };
  }
  knownOptions(`\`${name}\``, filter, new Set(["triggerName", "provider", "callback"]));
  const { triggerName, provider, callback } = filter as Exclude<AlertFilter, string | readonly string[]>;
  return {
    triggerNames: names(triggerName),
    provider: provider === undefined ? undefined : textOption(name, provider).toLowerCase(),
    callback: callback === undefined ? undefined : textOption(name, callback),
  };
}

function textOption(name: string, given: unknown): string {
  if (typeof given === "string" && given.trim() !== "") return given.trim();
  throw new EarshotError("ERR_OPTION", `\`${name}\` has a name that is ${shownValue(given)}.`);
}

function requiredMs(name: string, given: number): number {
  if (given === undefined)
    throw new EarshotError("ERR_OPTION", `\`${name}\` is missing: milliseconds of silence.`);
  return numberOption(name, given, 0, 1);
}

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$|^24:00$/;

function scheduleOption(name: string, given: AlertSchedule): Required<AlertSchedule> {
  knownOptions(`\`${name}\``, given, new Set(["days", "from", "to", "timeZone"]));
  const { days, from = "00:00", to = "24:00", timeZone = "UTC" } = given;
  for (const time of [from, to]) {
    if (typeof time !== "string" || !TIME.test(time))
      throw new EarshotError("ERR_OPTION", `\`${name}\` has the time ${shownValue(time)}: write "08:30".`);
  }
  const week = [0, 1, 2, 3, 4, 5, 6];
  if (days !== undefined && !(Array.isArray(days) && days.every((day) => week.includes(day)))) {
    throw new EarshotError("ERR_OPTION", `\`${name}.days\` has numbers from 0 (Sunday) to 6.`);
  }
  try {
    new Intl.DateTimeFormat("en-US", { timeZone });
  } catch {
    throw new EarshotError("ERR_OPTION", `\`${name}.timeZone\` is no time zone: ${shownValue(timeZone)}.`);
  }
  return Object.freeze({ days: days ?? week, from, to, timeZone });
}

function webhookOption(name: string, given: NonNullable<AlertOptions["webhook"]>) {
  const { url, secret } = typeof given === "string" ? { url: given, secret: undefined } : given;
  if (typeof url !== "string" || !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : "")) {
    throw new EarshotError("ERR_OPTION", `\`${name}\` is a URL that starts with https:// or http://.`);
  }
  if (secret !== undefined) textOption(`${name}.secret`, secret);
  return Object.freeze({ url, secret });
}
