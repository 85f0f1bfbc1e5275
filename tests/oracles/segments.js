// Texts as JSON on standard input; of each, how Twilio's own calculator takes it.
const { SegmentedMessage } = require("sms-segments-calculator");

let given = "";
process.stdin.on("data", (part) => (given += part));
process.stdin.on("end", () => {
  const told = JSON.parse(given).map((text) => {
    const message = new SegmentedMessage(text);
    return [message.encodingName, message.segmentsCount];
  });
  process.stdout.write(JSON.stringify(told));
});
