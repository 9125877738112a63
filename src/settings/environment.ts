import { EarshotError } from "../base/errors.js";

/** What the environment says. Read once for each toolset or listener that is made; nothing is read at import. */
export interface Environment {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly orgId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly webhookSecret: string | undefined;
  /**
   * What is wrong with a secret's variable: it is set, but empty. Thrown where the secret is needed, not before:
   * a build imports an application without its secrets.
   */
  readonly faults?:
    | {
        readonly apiKey: EarshotError | undefined;
        readonly webhookSecret: EarshotError | undefined;
      }
    | undefined;
  /** Whether a build looks at the application's modules: nothing may listen or connect then. */
  readonly isBuild?: boolean | undefined;
  readonly httpsProxy: string | undefined;
  readonly httpProxy: string | undefined;
  readonly allProxy?: string | undefined;
  readonly noProxy: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * @param variables default: `process.env`
 * @throws EarshotError ERR_OPTION where COMPOSIO_BASE_URL, COMPOSIO_ORG_ID or COMPOSIO_PROJECT_ID is set but empty. A secret that a deployment failed to
 *   fill in must not read as "no secret wanted": `faults` has its error
 */
export function readEnvironment(variables: Variables = globalThis.process?.env ?? {}): Environment {
  const own = (name: string): string | undefined => {
    const fault = emptyFault(variables, name);
    if (fault !== undefined) throw fault;
    return variables[name];
  };
  const faults = {
    apiKey: emptyFault(variables, "COMPOSIO_API_KEY"),
    webhookSecret: emptyFault(variables, "COMPOSIO_WEBHOOK_SECRET"),
  };
  // Proxy variables are common ground: both cases count, and empty means unset, as everywhere else.
  const shared = (name: string): string | undefined =>
    variables[name.toLowerCase()] || variables[name.toUpperCase()] || undefined;
  return {
    apiKey: faults.apiKey === undefined ? variables.COMPOSIO_API_KEY : undefined,
    baseUrl: own("COMPOSIO_BASE_URL"),
    orgId: own("COMPOSIO_ORG_ID"),
    projectId: own("COMPOSIO_PROJECT_ID"),
    webhookSecret: faults.webhookSecret === undefined ? variables.COMPOSIO_WEBHOOK_SECRET : undefined,
    faults,
    // Next.js imports every route while it builds.
    isBuild: variables.NEXT_PHASE === "phase-production-build",
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

function emptyFault(variables: Variables, name: string): EarshotError | undefined {
  const value = variables[name];
  if (value === undefined || value.trim() !== "") return undefined;
  return new EarshotError("ERR_OPTION", `The environment variable ${name} is set but empty.`);
}
