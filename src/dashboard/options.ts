import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import { booleanOption, type OptionTable, readOptions, withoutDefault } from "../base/options.js";

/** Options of `dashboard()`. One of `token` and `authenticate` is required. */
export interface DashboardOptions {
  /**
   * The secret that opens it, at least 16 characters: the password in the browser's dialog (with any user name), or a
   * Bearer token.
   */
  readonly token?: string | undefined;
  /**
   * Your own check of a request: true lets it in. `false`: your server has checked it before, such as in a middleware
   * before this handler.
   */
  readonly authenticate?: false | ((request: Request) => boolean | Promise<boolean>) | undefined;
  /** Whether replaying and dropping records is off. Default: true. */
  readonly readOnly?: boolean | undefined;
  /** The path under which it is mounted: `/admin/earshot`. Default: `/`. */
  readonly path?: string | undefined;
  /** The public origin where a proxy changes the Host header: `https://ops.example.com`. Default: by the Host header. */
  readonly origin?: string | undefined;
  /** The directory with the page's files. Default: the package's own. */
  readonly directory?: string | undefined;
}

/** The options after their checks. */
export interface DashboardSettings {
  readonly token: string | undefined;
  readonly authenticate: DashboardOptions["authenticate"];
  readonly readOnly: boolean;
  /** With a slash at its end. */
  readonly path: string;
  readonly origin: string | undefined;
  readonly directory: string | undefined;
  /** Whether only names of this machine are accepted as Host. */
  readonly isLoopbackOnly: boolean;
}

const MIN_TOKEN = 16;

const table = {
  token: withoutDefault((name, given: unknown) => {
    if (typeof given === "string" && given.length >= MIN_TOKEN) return given;
    throw new EarshotError("ERR_OPTION", `\`${name}\` is a string of at least ${MIN_TOKEN} characters.`);
  }),
  authenticate: withoutDefault((name, given: unknown) => {
    if (given === false || isCallable(given)) {
      return given as Exclude<DashboardOptions["authenticate"], undefined>;
    }
    throw new EarshotError("ERR_OPTION", `\`${name}\` is a function from a Request to a boolean, or false.`);
  }),
  readOnly: {
    default: true,
    read: (name, given) => (given === undefined ? true : booleanOption(name, given)),
  },
  path: {
    default: "/",
    read: (name, given) => {
      if (given === undefined) return "/";
      if (typeof given === "string" && /^\/[\w\-./~]*$/.test(given)) return `${given.replace(/\/$/, "")}/`;
      throw new EarshotError("ERR_OPTION", `\`${name}\` is a path that begins with a slash.`);
    },
  },
  origin: withoutDefault((name, given: unknown) => {
    if (typeof given === "string" && URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) {
      return new URL(given).origin;
    }
    throw new EarshotError("ERR_OPTION", `\`${name}\` is an origin: https://ops.example.com`);
  }),
  directory: withoutDefault((name, given: unknown) => {
    if (typeof given === "string" && given !== "") return given;
    throw new EarshotError("ERR_OPTION", `\`${name}\` is the path of a directory.`);
  }),
} satisfies OptionTable<DashboardOptions>;

/** @throws EarshotError ERR_OPTION, also where nothing says who may open the dashboard */
export function readDashboardOptions(options: DashboardOptions, isLoopbackOnly: boolean): DashboardSettings {
  const settings = readOptions("The dashboard", table, options);
  if (settings.token === undefined && settings.authenticate === undefined) {
    throw new EarshotError(
      "ERR_OPTION",
      "The dashboard needs `token` or `authenticate`: it shows payloads. `authenticate: false` leaves the check to your server.",
    );
  }
  return { ...settings, isLoopbackOnly };
}
