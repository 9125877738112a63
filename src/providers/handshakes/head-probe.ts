import type { Handshake } from "../../verify/handshake.js";

/** Intercom looks with a HEAD request whether anybody is there. It has no body and no signature. */
export const headProbe: Handshake = ({ http }) => (http.method === "HEAD" ? { status: 200 } : undefined);
