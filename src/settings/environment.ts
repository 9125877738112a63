import { EarshotError } from "../errors.js";

/** What the environment says. Read once for each toolset or listener that is made; nothing is read at import. */
export interface Environment {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly webhookSecret: string | undefined;
  readonly httpsProxy: string | undefined;
  readonly httpProxy: string | undefined;
  readonly allProxy?: string | undefined;
  readonly noProxy: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * @param variables default: `process.env`
 * @throws EarshotError ERR_OPTION where one of our own variables is set but empty: a secret that a
 *   deployment failed to fill in must not read as "no secret wanted"
 */
export function readEnvironment(variables: Variables = globalThis.process?.env ?? {}): Environment {
  const own = (name: string): string | undefined => {
    const value = variables[name];
    if (value !== undefined && value.trim() === "") {
      throw new EarshotError("ERR_OPTION", `The environment variable ${name} is set but empty.`);
    }
    return value;
  };
  // Proxy variables are common ground: both cases count, and empty means unset, as everywhere else.
  const shared = (name: string): string | undefined =>
    variables[name.toLowerCase()] || variables[name.toUpperCase()] || undefined;
  return {
    apiKey: own("COMPOSIO_API_KEY"),
    baseUrl: own("COMPOSIO_BASE_URL"),
    webhookSecret: own("COMPOSIO_WEBHOOK_SECRET"),
    httpsProxy: shared("https_proxy"),
    httpProxy: shared("http_proxy"),
    allProxy: shared("all_proxy"),
    noProxy: shared("no_proxy"),
  };
}

/** Whether EARSHOT_QUIET asks for no line on the terminal. Empty and `0` do not. */
export function isQuiet(variables: Variables = globalThis.process?.env ?? {}): boolean {
  return !["", "0", undefined].includes(variables.EARSHOT_QUIET);
}
