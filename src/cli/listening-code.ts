/** A program that listens to one trigger that was enabled, to be copied. */
export function listeningCode(triggerName: string, triggerId: string, payload: unknown): string {
  const field = firstField(payload);
  return `import { Toolset } from "earshot";

const toolset = new Toolset(); // COMPOSIO_API_KEY, COMPOSIO_BASE_URL
const listener = toolset.createTriggerListener();

listener.callback({ triggerName: ${JSON.stringify(triggerName)}, triggerId: ${JSON.stringify(triggerId)} }, async (event) => {
  console.log(event.id, event.payload${field});
});

await listener.waitForever();`;
}

/** The first member that the payload's schema promises, as an access to it. */
function firstField(payload: unknown): string {
  if (typeof payload !== "object" || payload === null || !("properties" in payload)) return "";
  const { properties } = payload;
  if (typeof properties !== "object" || properties === null) return "";
  const name = Object.keys(properties).find((key) => /^[A-Za-z_$][\w$]*$/.test(key));
  return name === undefined ? "" : `.${name}`;
}
