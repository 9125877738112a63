export { type } from "arktype";
export * as valibot from "valibot";
