import { listenAt } from "../../listener.js";

const listener = await listenAt("/api/parsed");

export default listener.nodeHandler();
