import { github, sqlite, webhook } from "./http.js";
import { heard, unasked } from "./socket.js";

export const rows = new Map(Object.entries({ webhook, github, sqlite, heard, unasked }));
