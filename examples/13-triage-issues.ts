// Triage with the AI SDK: each new issue of a repository gets its labels. The model sees only the labels that there
// are; the repository and the issue's number are fixed by a processor.
import { openai } from "@ai-sdk/openai";
import { generateText, stepCountIs } from "ai";
import { Toolset } from "earshot";

const repository = { owner: "acme", repo: "site" };
const toolset = new Toolset();
await toolset.enableTrigger("GITHUB_ISSUE_ADDED_EVENT", { config: repository });

const labels = {
  type: "object",
  properties: {
    labels: { type: "array", minItems: 1, items: { type: "string", enum: ["bug", "question", "docs"] } },
  },
  required: ["labels"],
};

const listener = toolset.createTriggerListener();
listener.callback("GITHUB_ISSUE_ADDED_EVENT", async function triage({ payload }, { step }) {
  const { number, title, description } = payload;
  const tools = await toolset.getTools(
    { actions: "GITHUB_ADD_LABELS_TO_AN_ISSUE" },
    {
      processors: { schema: () => labels, pre: (args) => ({ ...args, ...repository, issue_number: number }) },
    },
  );
  const said = await step("triage", async () => {
    const { text } = await generateText({
      model: openai("gpt-5-mini"),
      prompt: `Add the labels that fit this GitHub issue, then say why.\n\n${title}\n\n${description}`,
      tools: tools.forAISDK(),
      stopWhen: stepCountIs(3),
    });
    return text;
  });
  console.log(`#${number}:`, said);
});

listener.on("websocket.ready", () => console.log("listening"));
await listener.waitForever();
