export { type Client, createClient, type Done, ifMatch, type Options, type Step, unique } from "./client.js";
export { Problem } from "./problem.js";
export type { components, operations, paths } from "./schema.js";
export { inMemory, type TokenStore } from "./signing.js";
