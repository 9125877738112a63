#!/usr/bin/env node
import module from "node:module";

// Node 22.8 and later keep what they have compiled: from the second start on, nothing is compiled again. It has to be
// said before anything of ours is loaded. NODE_DISABLE_COMPILE_CACHE=1 turns it off.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

void import("./run.js")
  .then(({ run }) => run())
  .then((code) => {
    process.exitCode = code;
  });
