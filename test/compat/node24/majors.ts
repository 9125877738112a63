// Prints which Node runs it, and which majors of the model clients it gets: a program of node24.test.ts.
import { readFileSync } from "node:fs";

const majorOf = (name: string) => {
  const [home] = import.meta.resolve(name).split(`/node_modules/${name}/`);
  const { version } = JSON.parse(readFileSync(new URL(`${home}/node_modules/${name}/package.json`), "utf8"));
  return [name, version.split(".")[0]];
};
const names = ["openai", "@google/genai", "ai", "@ai-sdk/openai"];
const [node = ""] = process.versions.node.split(".");
process.stdout.write(`${JSON.stringify({ node, ...Object.fromEntries(names.map(majorOf)) })}\n`);
