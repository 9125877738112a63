import { listenAt } from "../../listener.js";

const listener = await listenAt("/webhook");

export const POST = listener.fetchHandler();
