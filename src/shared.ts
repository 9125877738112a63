// What several of the package's files need, for one file of its own beside them: each further file that an import
// opens costs about a millisecond. Nobody imports this here; the build puts it in the place of these modules.
export * from "./clock.js";
export * from "./errors.js";
export * from "./model/json.js";
export * from "./settings/known-options.js";
export * from "./settings/number-option.js";
export * from "./wire/headers.js";
export * from "./wire/shapes.js";
