import { createRequire } from "node:module";

/** Loads a package of test/compat whose types would take longer to check than this whole project. */
export const requireCompat = createRequire(import.meta.url);
