import { exitCodes } from "./exit-codes.js";
import { explain } from "./failure.js";
import { onInterrupt } from "./interrupt.js";
import { createIo } from "./terminal/io.js";
import { createProgram } from "./program.js";

/** Runs the command line of this process. @returns what it ends with */
export async function run(): Promise<number> {
  const { argv, env } = process;
  const io = createIo(process);
  const interrupt = onInterrupt(process);
  const ending = AbortSignal.any([interrupt.signal, io.readerGone]);
  const context = { io, env, interrupt, ending };
  try {
    const { program, outcome } = await createProgram(context, argv.slice(2));
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
