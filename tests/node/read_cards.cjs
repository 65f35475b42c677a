// Reads Adaptive Cards (an array of them on standard input) as Microsoft's own library does, and writes what it has to say against each.
const { join } = require("node:path");
// The bundle runs without a browser as long as nothing is drawn; the package's modules do not load in Node.
const { AdaptiveCard, SerializationContext } = require(join(__dirname, "node_modules", "adaptivecards", "dist", "adaptivecards.js"));

const faults = (json) => {
  const card = new AdaptiveCard();
  const context = new SerializationContext();
  card.parse(json, context);
  const read = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
  return [...read, ...card.validateProperties().validationEvents.map((event) => event.message)];
};

const cards = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cards.map(faults)));
