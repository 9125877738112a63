export { fastify } from "fastify";
export { inject } from "light-my-request";
