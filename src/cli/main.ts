#!/usr/bin/env node
import { exitCodes } from "./exit-codes.js";
import { explain } from "./failure.js";
import { onInterrupt } from "./interrupt.js";
import { createIo } from "./io.js";
import { createProgram } from "./program.js";

/** Runs one command line. @returns what the process ends with */
async function main(): Promise<number> {
  const { argv, env, stdin, stdout, stderr } = process;
  const io = createIo({ stdin, stdout, stderr, env });
  const interrupt = onInterrupt(process);
  const ending = AbortSignal.any([interrupt.signal, io.readerGone]);
  const context = { io, env, interrupt, ending };
  try {
    const { program, outcome } = createProgram(context);
    await program.parseAsync(argv);
    return outcome() ?? interrupt.code() ?? exitCodes.ok;
  } catch (thrown) {
    // What an interrupt or a closed pipe broke off is no failure of its own.
    if (io.readerGone.aborted) return exitCodes.ok;
    const code = interrupt.code();
    if (code !== undefined) return code;
    return await explain(thrown, context);
  } finally {
    interrupt.off();
  }
}

process.exitCode = await main();
