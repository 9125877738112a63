import { register } from "node:module";

// Lets plain Node run the sources: `node --import ./test/support/run-typescript.mjs some/file.ts`. Test files
// are compiled by their runner, but the threads and processes that they start are not; these inherit this.
register(new URL("./typescript-hooks.mjs", import.meta.url));
