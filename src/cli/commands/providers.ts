import type { Command } from "commander";
import type { SenderDescription } from "../../verify/index.js";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { httpUrl } from "../options/values.js";
import { sanitize } from "../terminal/sanitize.js";

export function addProviders(program: Command, { io }: Context): void {
  const providers = program
    .command("providers")
    .description("list webhook senders, and show how to set one up")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot providers ls
  $ earshot providers show github --url https://example.com/webhooks/github`,
    );
  providers
    .command("ls")
    .description("list every webhook sender that has a name")
    .option("--json", "print one line of JSON per sender")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot providers ls
  $ earshot providers ls --json | jq -r .function`,
    )
    .action(async ({ json }: { readonly json?: true }) => {
      const all = await described();
      if (json) for (const each of all) await io.record(each);
      else {
        const width = Math.max(...all.map(({ provider }) => provider.length));
        for (const { provider, signature, checked } of all) {
          await io.line(`${provider.padEnd(width)}  ${signature}${checked === null ? "  (unchecked)" : ""}`);
        }
      }
    });
  providers
    .command("show")
    .argument("<name>", "the sender, in any case")
    .description("show how to set up a webhook sender, step by step")
    .option(
      "--url <url>",
      "the URL that the sender will post to",
      httpUrl,
      "https://example.com/webhooks/NAME",
    )
    .option("--json", "print one line of JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot providers show github
  $ earshot providers show stripe --url https://example.com/webhooks/stripe`,
    )
    .action(async (name: string, { url, json }: { readonly url: string; readonly json?: true }) => {
      const all = await described();
      const wanted = name.toLowerCase();
      const found = all.find(
        (each) =>
          each.provider === wanted ||
          each.function.toLowerCase() === wanted ||
          each.title.toLowerCase() === wanted,
      );
      if (found === undefined) {
        const near = all
          .map(({ provider }) => provider)
          .filter((each) => each.startsWith(wanted.slice(0, 3)));
        const offer = near.length > 0 ? near.join(", ") : "`earshot providers ls` lists them";
        throw new UsageError(`There is no sender ${sanitize(JSON.stringify(name))}: ${offer}`);
      }
      if (json) await io.record(found);
      else for (const line of stepsOf(found, url.replace("NAME", found.provider))) await io.line(line);
    });
}

async function described(): Promise<readonly SenderDescription[]> {
  const { describeSender, senderDefinitions } = await import("../../verify/index.js");
  return senderDefinitions.map(describeSender);
}

/** The options of a source, with an environment variable for each. */
function callOf({ function: name, options, provider }: SenderDescription, url: string): string {
  const variable = provider.toUpperCase().replaceAll("-", "_");
  const set: Readonly<Record<string, string>> = {
    secrets: `secrets: [process.env.${variable}_SECRET]`,
    signingTokens: `signingTokens: [process.env.${variable}_SIGNING_TOKEN]`,
    publicKeys: `publicKeys: [process.env.${variable}_PUBLIC_KEY]`,
    publicUrl: `publicUrl: ${JSON.stringify(url)}`,
    audience: `audience: ${JSON.stringify(url)}`,
    serviceAccount: `serviceAccount: process.env.${variable}_SERVICE_ACCOUNT`,
    topics: `topics: [process.env.${variable}_TOPIC]`,
    webhookId: `webhookId: process.env.${variable}_WEBHOOK_ID`,
    clientId: `clientId: process.env.${variable}_CLIENT_ID`,
  };
  // GitLab's secrets sign nothing. Standard Webhooks has public keys, too, which few senders use.
  const unused = options.includes("signingTokens") ? "secrets" : "publicKeys";
  const hasSecrets = options.includes("secrets");
  const used = options.filter((option) => !hasSecrets || option !== unused);
  const given = used.map((option) => set[option]).filter((text) => text !== undefined);
  if (provider === "plaid") given.push(String(set.secrets));
  return `${name}({ ${given.join(", ")} })`;
}

function stepsOf(sender: SenderDescription, url: string): readonly string[] {
  const { pathname } = new URL(url);
  const lines = [
    `${sender.title}: ${sender.signature}`,
    "",
    `1. At the sender: ${sender.setup}`,
    `   The URL: ${sanitize(url)}`,
    `   Its documentation: ${sender.docs}`,
    "2. In your program:",
    "",
    `   import { ${sender.function}, TriggerListener } from "earshot";`,
    "",
    "   const listener = new TriggerListener({",
    `     webhook: { port: 8000, routes: { ${JSON.stringify(pathname)}: ${callOf(sender, url)} } },`,
    "   });",
    "",
    `3. Try it: earshot sign ${sender.provider} --secret … --url ${sanitize(url)}`,
    "",
  ];
  const notes = [
    sender.signsBody ? undefined : "The body is not signed: the connection's TLS is what protects it.",
    sender.toleranceMs === null ? "No time is signed: a captured request can be sent again." : undefined,
    sender.handshake ? "Its check of the URL is answered by the source." : undefined,
    sender.checked === null
      ? "Unchecked: these facts were not compared with the sender's package or page yet. Try one real delivery."
      : `Checked against: ${sender.checked}.`,
  ];
  return [...lines, ...notes.filter((note) => note !== undefined)];
}
