import { listenAt } from "../../listener.js";

const listener = await listenAt("/api/webhook");

export const config = { api: { bodyParser: false } };
export default listener.nodeHandler();
