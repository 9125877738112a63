import { handle, listener } from "./listener.mjs";

let started;

export default {
  async fetch(request, _env, context) {
    started ??= listener.start();
    await started;
    return handle(request, context);
  },
};
