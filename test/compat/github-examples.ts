export { default as githubExamples } from "@octokit/webhooks-examples";
