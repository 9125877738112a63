import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "../../src/model/json.js";

/** A request to a model: its path, its body, and what it says of tools. */
export interface Asked {
  readonly path: string;
  readonly body: JsonObject;
}

interface Call {
  readonly name: string;
  readonly args: object;
}

/** The first response of each API calls tools, as the last one says that it is done. */
const apis: readonly {
  readonly path: RegExp;
  readonly isAnswered: (body: JsonObject) => boolean;
  readonly calling: (calls: readonly Call[]) => object;
  readonly done: object;
}[] = [
  {
    path: /\/chat\/completions$/,
    isAnswered: ({ messages }) => (messages as JsonObject[]).some(({ role }) => role === "tool"),
    calling: (calls) => ({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model: "test",
      choices: [
        {
          index: 0,
          finish_reason: "tool_calls",
          message: {
            role: "assistant",
            content: null,
            tool_calls: calls.map(({ name, args }, at) => ({
              id: `c${at}`,
              type: "function",
              function: { name, arguments: JSON.stringify(args) },
            })),
          },
        },
      ],
    }),
    done: {
      id: "chatcmpl-2",
      object: "chat.completion",
      created: 2,
      model: "test",
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Done." } }],
    },
  },
  {
    path: /\/responses$/,
    isAnswered: ({ input }) =>
      Array.isArray(input) && input.some(({ type }) => type === "function_call_output"),
    calling: (calls) => ({
      id: "resp_1",
      object: "response",
      status: "completed",
      output: calls.map(({ name, args }, at) => ({
        type: "function_call",
        id: `fc_${at}`,
        call_id: `c${at}`,
        name,
        arguments: JSON.stringify(args),
        status: "completed",
      })),
    }),
    done: { id: "resp_2", object: "response", status: "completed", output: [] },
  },
  {
    path: /:generateContent$/,
    isAnswered: ({ contents }) => JSON.stringify(contents).includes("functionResponse"),
    calling: (calls) => ({
      candidates: [
        {
          finishReason: "STOP",
          content: {
            role: "model",
            parts: calls.map(({ name, args }) => ({ functionCall: { name, args } })),
          },
        },
      ],
    }),
    done: { candidates: [{ finishReason: "STOP", content: { role: "model", parts: [{ text: "Done." }] } }] },
  },
  {
    path: /\/messages$/,
    isAnswered: ({ messages }) => JSON.stringify(messages).includes("tool_result"),
    calling: (calls) => ({
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "test",
      stop_reason: "tool_use",
      content: calls.map(({ name, args }, at) => ({ type: "tool_use", id: `c${at}`, name, input: args })),
      usage: { input_tokens: 1, output_tokens: 1 },
    }),
    done: {
      id: "msg_2",
      type: "message",
      role: "assistant",
      model: "test",
      stop_reason: "end_turn",
      content: [{ type: "text", text: "Done." }],
      usage: { input_tokens: 1, output_tokens: 1 },
    },
  },
];

/** A server that answers as the models' APIs do: it makes those calls whose tools it is given, then it is done. */
export async function modelServer(calls: readonly Call[]) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? "").replace(/\?.*/, "");
    const body = JSON.parse(Buffer.concat(chunks).toString() || "{}") as JsonObject;
    asked.push({ path, body });
    const api = apis.find((one) => one.path.test(path));
    response.writeHead(api === undefined ? 404 : 200, { "content-type": "application/json" });
    const known = calls.filter(({ name }) => JSON.stringify(body.tools ?? []).includes(name));
    const isDone = known.length === 0 || api?.isAnswered(body) !== false;
    response.end(JSON.stringify(isDone ? (api?.done ?? {}) : api?.calling(known)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
