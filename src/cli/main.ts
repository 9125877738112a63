#!/usr/bin/env node
import module from "node:module";

// Node 22.8 and later cache compiled code: from the second start on, nothing is compiled again. This must run before
// any other module is loaded. NODE_DISABLE_COMPILE_CACHE=1 turns it off.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

void import("./program.js")
  .then(({ run }) => run(process))
  .then((code) => {
    process.exitCode = code;
  });
