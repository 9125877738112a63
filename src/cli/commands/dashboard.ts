import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Command } from "commander";
import type { Inbox } from "../../index.js";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { exitCodes, type SetExitCode } from "../exit-codes.js";
import { integer } from "../options/values.js";
import { type StoreOptions, storeOptions, withInbox } from "./inbox/store.js";

interface Options extends StoreOptions {
  readonly port: number;
  readonly token?: string;
  readonly write?: true;
  readonly json?: true;
}

const DEFAULT_PORT = 4848;
/** Characters of a token of one's own. */
const MIN_TOKEN = 16;

export function addDashboard(program: Command, context: Context, setExitCode: SetExitCode): void {
  storeOptions(
    program
      .command("dashboard")
      .description("serve a dashboard over a durable inbox: events and dead letters"),
  )
    .option("--port <n>", "the port on 127.0.0.1; 0 chooses a free one", integer(0, 65_535), DEFAULT_PORT)
    .option(
      "--token <text>",
      "the secret that opens it, at least 16 characters; default: EARSHOT_DASHBOARD_TOKEN, else a new one that is printed",
    )
    .option("--write", "allow to replay and to drop records; default: read-only")
    .option("--json", 'print one line of JSON: {"type":"ready","url":…,"token":…}')
    .addHelpText(
      "after",
      `
Open the printed URL in a browser, and enter the token as the password; the user name does not matter.
Ctrl-C stops it. To mount it in your own server instead: \`dashboard(listener)\` of earshot/dashboard.

Examples:
  $ earshot dashboard --db events.db
  $ earshot dashboard --redis redis://127.0.0.1:6379 --write
  $ EARSHOT_DASHBOARD_TOKEN=… earshot dashboard --db events.db --port 0 --json`,
    )
    .action((options: Options) => {
      const { given, token } = tokenOf(options, context.env);
      return withInbox(options, context, (inbox) =>
        serve(inbox, options, token, given, context, setExitCode),
      );
    });
}

/** @throws UsageError for one that is too short */
function tokenOf(
  { token }: Options,
  env: Context["env"],
): { readonly given: boolean; readonly token: string } {
  const chosen = token ?? env.EARSHOT_DASHBOARD_TOKEN;
  if (chosen === undefined || chosen === "") {
    return { given: false, token: randomBytes(18).toString("base64url") };
  }
  if (chosen.length < MIN_TOKEN) throw new UsageError(`The token has at least ${MIN_TOKEN} characters`);
  return { given: true, token: chosen };
}

async function serve(
  inbox: Inbox,
  { port, write, json }: Options,
  token: string,
  isGiven: boolean,
  { io, ending }: Context,
  setExitCode: SetExitCode,
): Promise<void> {
  const { loopbackDashboard } = await import("../../dashboard/index.js");
  const page = loopbackDashboard({ inbox }, { token, readOnly: write !== true });
  const server = createServer(page.nodeHandler);
  try {
    await listening(server, port);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    // A token that was given is in the user's hands already.
    if (json) await io.record({ type: "ready", url, ...(!isGiven && { token }), readOnly: write !== true });
    else {
      const { bold, cyan, dim } = io.out;
      await io.line(`${bold("earshot dashboard")} is running at ${cyan(url)}`);
      if (!isGiven) await io.line(`Password: ${bold(token)} ${dim("(with any user name)")}`);
      if (write !== true)
        await io.line(dim("It is read-only. --write allows to replay and to drop records."));
    }
    await aborted(ending);
  } finally {
    page.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  setExitCode(exitCodes.ok);
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      reject(isTaken ? new UsageError(`The port ${port} is in use: choose another with --port`) : error);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
