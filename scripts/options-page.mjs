// Writes docs/options.md, or the file that is given, from the doc comments of the options types. A test compares them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Each part of the page: its heading, the type that has the options, and the member of it where they are nested. */
const parts = [
  ["new Toolset(options)", "ToolsetOptions"],
  ["toolset.createTriggerListener(options)", "ListenerOptions"],
  ["retry", "CallbackRetryOptions"],
  ["breaker", "BreakerOptions"],
  ["limit", "LimitOptions"],
  ["deadLetters", "ListenerOptions", "deadLetters"],
  ["alerts", "AlertOptions"],
  ["alerts.errorRate", "ErrorRateRule"],
  ["alerts.latency", "LatencyRule"],
  ["alerts.silence", "SilenceRule"],
  ["alerts.silence.schedule", "AlertSchedule"],
  ["alerts.deadLetters, alerts.rejected", "CountRule"],
  ["alerts.gap", "GapRule"],
  ["openTelemetry(options)", "OpenTelemetryOptions"],
  ["socket", "SocketTuning"],
  ["webhook", "WebhookOptions"],
  ["webhook.routes", "RouteOptions"],
  ["mcp", "McpSourceOptions"],
  ["github(options) and every other sender", "SourceOptions"],
  ["listener.callback(filter, …)", "EventFilter"],
  ["listener.callback(filter, callback, options)", "CallbackOptions"],
  ["listener.callback(filter, callback, { coalesce })", "CoalesceOptions"],
  ["listener.expect(filter, options)", "ExpectOptions"],
  ["listener.expectations.handler(name, callback, options)", "ExpectationHandlerOptions"],
  ["memoryInbox(options)", "MemoryInboxOptions"],
  ["openInbox(inbox, options)", "OpenInboxOptions"],
  ["sqliteInbox(options)", "SqliteInboxOptions"],
  ["redisInbox(options)", "RedisInboxOptions"],
  ["mcpServer(options)", "McpServerOptions"],
  ["mcpServer events", "McpEventOptions"],
  ["toolset.enableTrigger(name, options)", "EnableOptions"],
  ["toolset.setWebhookUrl(url, options)", "SetWebhookOptions"],
  ["toolset.getTools(filter)", "ToolFilter"],
  ["toolset.getTools(filter, options)", "ToolCallOptions"],
  ["asPrompt(events, options)", "PromptOptions"],
  ["defineTool(options)", "LocalToolOptions"],
  ["toolset.executeAction(name, args, options)", "ExecuteOptions"],
  ["toolset.connect(app, options)", "ConnectOptions"],
  ["toolset.connectWithKey(app, credentials, options)", "ConnectWithKeyOptions"],
  ["waitUntilActive(options)", "ConnectionWaitOptions"],
  ["toolset.listTriggers(filter)", "TriggerFilter"],
  ["toolset.activeTriggers(filter)", "ActiveTriggerFilter"],
  ["toolset.connectedAccounts(filter)", "AccountFilter"],
  ["toolset.triggerLogs(query)", "TriggerLogQuery"],
];

const interfaces = new Map();
for (const file of readdirSync("src", { recursive: true, encoding: "utf8" })) {
  if (!file.endsWith(".ts") || /^(dev|cli|generated|testing)[\\/]/.test(file)) continue;
  const source = ts.createSourceFile(
    file,
    readFileSync(join("src", file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  for (const node of source.statements)
    if (ts.isInterfaceDeclaration(node)) interfaces.set(node.name.text, node);
}

/** The members of an interface, those that it inherits included. */
function membersOf(name) {
  const found = interfaces.get(name);
  if (found === undefined) throw new Error(`There is no interface ${name} in src.`);
  const above = (found.heritageClauses ?? []).flatMap(({ types }) =>
    types.flatMap(({ expression }) => membersOf(expression.getText())),
  );
  return [...found.members, ...above];
}

/** The members of a type literal that stands as the type of a member. */
function nestedIn(members, name) {
  const { type } = members.find((member) => member.name.getText() === name);
  const literal = (ts.isUnionTypeNode(type) ? type.types : [type]).find(ts.isTypeLiteralNode);
  return [...literal.members];
}

function typeOf(member) {
  const kinds = ts.isUnionTypeNode(member.type) ? [...member.type.types] : [member.type];
  const texts = kinds
    .filter((kind) => kind.kind !== ts.SyntaxKind.UndefinedKeyword)
    .map((kind) => {
      if (ts.isTypeLiteralNode(kind)) return "object";
      return kind
        .getText()
        .replace(/\s+/g, " ")
        .replace(/^\((.*)\)$/, "$1");
    });
  return `\`${texts.join(" | ")}\``;
}

function isAbsent({ type }) {
  return type.kind === ts.SyntaxKind.UndefinedKeyword;
}

function unitOf(name) {
  if (name.endsWith("Ms")) return "milliseconds";
  return /bytes$/i.test(name) ? "bytes" : "";
}

function rowOf(member) {
  const name = member.name.getText();
  const words = ts
    .getJSDocCommentsAndTags(member)
    .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? "")
    .join(" ")
    .replace(/\{@link ([^}]+)\}/g, "`$1`")
    .replace(/\s+/g, " ")
    .trim();
  const [sentence = "", text = ""] = /(?:^|\s)Default:? (.*?)(?:\.(?=\s|$)|$)/.exec(words) ?? [];
  const meaning = words.replace(sentence, "").trim();
  const byDefault = text || (member.questionToken === undefined ? "required" : "none");
  const cells = [`\`${name}\``, typeOf(member), byDefault, unitOf(name), meaning];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

const page = parts.map(([heading, name, nested]) => {
  const members = nested === undefined ? membersOf(name) : nestedIn(membersOf(name), nested);
  // What may only be absent has a part of its own.
  const rows = members.filter((member) => ts.isPropertySignature(member) && !isAbsent(member)).map(rowOf);
  return `## \`${heading}\`\n\n| option | type | default | unit | meaning |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
});
const intro = `# Options

Every option of the library, from the types of the code. An unknown option of a toolset, a listener, a webhook, a route,
a sender, a durable inbox or a filter throws \`ERR_OPTION\` with the nearest name, and so does a number out of its range.
\`undefined\` stands for the default, so a variable of the environment can be given as it is. A filter is a trigger name,
several, or an object; all its properties must match, and of a list one value.
`;
writeFileSync(process.argv[2] ?? "docs/options.md", `${intro}\n${page.join("\n")}`);
