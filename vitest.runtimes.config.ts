import { mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

// Other runtimes, and a framework that takes a minute to build: `npm run test:runtimes` installs them first.
const merged = mergeConfig(base, { test: { testTimeout: 120_000, hookTimeout: 120_000 } });
merged.test.include = ["test/runtimes/*.test.ts"];
merged.test.exclude = [];
merged.test.projects = undefined;

export default merged;
