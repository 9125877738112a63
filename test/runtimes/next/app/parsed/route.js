import { listenAt } from "../../listener.js";

const handle = (await listenAt("/parsed")).fetchHandler();

export async function POST(request) {
  await request.json();
  return handle(request);
}
