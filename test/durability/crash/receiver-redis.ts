import { redisInbox } from "earshot/redis";
import { receive } from "./receiver.js";

await receive(() => redisInbox({ connection: process.env.REDIS_URL ?? "" }), 1000);
