// Gemini is given GitHub's tools and told to star a repository: its client calls the tool by itself.
// With GEMINI_API_KEY it is Google's model; `npm run example 12` without a key uses the scripted one.
import { GoogleGenAI } from "@google/genai";
import { Toolset } from "earshot";

const toolset = new Toolset();
const gemini = new GoogleGenAI({});

const tools = await toolset.getTools({ apps: "github", tags: "important" });
const chat = gemini.chats.create({ model: "gemini-2.5-flash", config: { tools: [tools.forGemini()] } });
const { text } = await chat.sendMessage({ message: "Star the repository acme/site on GitHub." });
console.log(text);
await toolset.close();
