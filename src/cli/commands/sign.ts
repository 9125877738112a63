import type { Command } from "commander";
import type { Context } from "../context.js";
import { errorText, UsageError } from "../errors.js";
import { exitCodes, type SetExitCode } from "../exit-codes.js";
import { httpRequest } from "../http.js";
import { httpUrl, textValue } from "../options/values.js";
import { sanitize } from "../terminal/sanitize.js";

interface Options {
  readonly secret: string;
  readonly data?: string;
  readonly url?: string;
  readonly signedUrl?: string;
  readonly event?: string;
  readonly id?: string;
  readonly json?: true;
}

export function addSign(program: Command, { io, ending }: Context, setExitCode: SetExitCode): void {
  program
    .command("sign")
    .argument("<name>", "the webhook sender: github, stripe, …")
    .description("sign a request as a webhook sender does, and send it to a URL")
    .requiredOption("--secret <secret>", "the secret of the route; @FILE for a private key as PEM")
    // An empty body is a body, too.
    .option("--data <json>", "the body: text, @FILE, or @- for stdin; default: {}", (text: string) => text)
    .option("--url <url>", "the URL to send it to; default: it is printed", httpUrl)
    .option(
      "--signed-url <url>",
      "the URL that is signed, where a proxy changes it; default: that of --url",
      httpUrl,
    )
    .option("--event <name>", "the name of the event, for senders that have it in a header")
    .option("--id <id>", "the message's id; default: a new one")
    .option("--json", "print one line of JSON: the request, and the status of the response")
    .addHelpText(
      "after",
      `
The counterpart of \`earshot fire\` for other senders. A response that is not 2xx is a failure.

Examples:
  $ earshot sign github --secret s3cret --event push --data '{"ref": "main"}' --url http://127.0.0.1:8000/webhooks/github
  $ earshot sign stripe --secret whsec_test --data @event.json --json`,
    )
    .action(async (name: string, options: Options) => {
      const { url, event, id, json } = options;
      const { signAs } = await import("../../testing/index.js");
      const body = options.data === undefined ? "{}" : await textValue("--data", options.data, io);
      const secret = await textValue("--secret", options.secret, io);
      const signedUrl = options.signedUrl ?? url ?? "http://localhost/";
      const signed = await signAs(name, {
        secret,
        body,
        url: signedUrl,
        eventName: event,
        id,
      }).catch((error: Error) => {
        throw new UsageError(error.message);
      });
      const request = { method: "POST", headers: signed.headers, body: String(signed.body) };
      if (url === undefined) {
        if (json) await io.record(request);
        else await printed(io, request);
        return;
      }
      const target = new URL(url);
      // A secret in the query was added to the signed URL.
      const before = new URL(signedUrl).searchParams;
      for (const [name, value] of new URL(signed.url ?? signedUrl).searchParams)
        if (before.get(name) !== value) target.searchParams.set(name, value);
      const { headers, body: sent } = request;
      let status: number;
      try {
        const post = { method: "POST", headers, body: sent, signal: ending } as const;
        ({ status } = await httpRequest(target.href, post));
      } catch (error) {
        ending.throwIfAborted();
        io.note(`${io.err.red("error:")} No response from ${sanitize(url)} (${sanitize(errorText(error))}).`);
        setExitCode(exitCodes.failure);
        return;
      }
      if (json) await io.record({ ...request, status });
      else await io.line(`${status}`);
      if (status >= 200 && status < 300) {
        io.note(`${io.err.green("Sent")} a request of ${sanitize(name)} to ${sanitize(url)}.`);
        return;
      }
      io.note(
        `${io.err.red("error:")} ${sanitize(url)} responded ${status}; the listener event delivery.rejected has the reason.`,
      );
      setExitCode(exitCodes.failure);
    });
}

async function printed(
  io: Context["io"],
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
): Promise<void> {
  for (const [name, value] of Object.entries(headers)) await io.line(sanitize(`${name}: ${value}`));
  await io.line("");
  await io.line(sanitize(body));
}
