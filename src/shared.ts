// What several of the package's files need, for one file beside them: each further file that an import
// opens costs about a millisecond. No source imports this; the build puts it in the place of these modules.
export * from "./base/clock.js";
export * from "./base/errors.js";
export * from "./base/options.js";
export * from "./base/suggest.js";
export * from "./model/json.js";
export * from "./protocol/headers.js";
export * from "./protocol/shapes.js";
