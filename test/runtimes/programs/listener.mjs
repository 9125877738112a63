// What every runtime serves: the platform's own path, and two senders', made before there is a request.
import { github, gitlab, TriggerListener } from "earshot";

const secrets = "a secret of some length";

export const listener = new TriggerListener({
  webhook: {
    secrets,
    maxBodyBytes: 100_000,
    routes: { "/webhooks/{provider}": [github({ secrets }), gitlab({ secrets })] },
  },
});

const heard = [];
listener.callback({}, async ({ triggerName }) => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  heard.push(triggerName);
});

const take = listener.fetchHandler();

/** The listener's door, and beside it what the callbacks have heard. */
export const handle = (request, context) =>
  request.url.endsWith("/heard") ? Response.json(heard) : take(request, context);
