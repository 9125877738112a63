// Compares the client's calls, and the local platform's answers, with OpenAPI descriptions of the platform:
//
//   npm run check:drift -- FILE…
//
// Exit code 0: no difference. 1: differences, each on a line. 2: a file cannot be used.
import { compareCalls } from "./drift/compare.js";
import { type Operation, readDescription } from "./drift/descriptions.js";
import { recordCalls, unusedRoutes } from "./drift/record.js";

async function main(files: readonly string[]): Promise<number> {
  if (files.some((file) => file === "--help" || file === "-h")) {
    console.log(
      "Usage: npm run check:drift -- FILE…\n\nCompares the client's calls, and the local platform's answers, with OpenAPI descriptions of the platform (JSON).",
    );
    console.log("Exit code 0: no difference. 1: differences, each on a line. 2: a file cannot be used.");
    return 0;
  }
  if (files.length === 0) {
    console.error("Name at least one OpenAPI description: npm run check:drift -- FILE…");
    return 2;
  }
  const operations: Operation[] = [];
  for (const file of files) {
    try {
      operations.push(...(await readDescription(file)));
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error));
      return 2;
    }
  }
  const calls = await recordCalls();
  const { drifts, undescribed, comparedCalls } = await compareCalls(calls, operations);
  for (const { side, call, message } of drifts) console.log(`${side}: ${call}: ${message}`);
  for (const call of undescribed) console.error(`not described: ${call}`);
  for (const route of unusedRoutes(calls)) console.error(`not called: ${route}`);
  console.error(
    `${comparedCalls} of ${calls.length} calls compared with ${operations.length} operations: ${drifts.length} differences.`,
  );
  return drifts.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
