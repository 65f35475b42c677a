// A company in the page of the Agents Playground at an address: finds a challenge, looks at it, and registers interest in it, first with a
// wrong organisation number. The code of the mail to the address that it writes out is read from standard input. A picture of each step
// lands in the folder; a step that does not come ends it with an error.
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const { chromium } = createRequire(new URL("../node/package.json", import.meta.url))("playwright-core");
const [address, out, executablePath] = process.argv.slice(2);
const ADDRESS = "anna@ljudco.se";
const NEED = "Vi säljer sensorer för vattenmätning, vilka har det behovet?";

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
try {
  const page = await browser.newPage({ viewport: { width: 1000, height: 1900 } });
  page.setDefaultTimeout(20_000);
  // Labels go by their beginnings, for a hint follows.
  const field = (label) => page.getByLabel(new RegExp(`^${label}`)).last();
  const button = (name) => page.getByRole("button", { name, exact: true }).last();
  const say = async (words) => {
    await page.getByRole("textbox").last().fill(words);
    await page.getByRole("textbox").last().press("Enter");
  };
  const picture = async (name, words) => {
    await page.getByText(words).last().waitFor();
    await page.screenshot({ path: join(out, `teams-${name}.png`), animations: "disabled" });
  };

  await page.goto(address);
  await page.getByRole("button", { name: "Hide log panel" }).click();
  await picture("1-welcome", "AI-assistent");

  await say(NEED);
  await button("Mer om 1").waitFor();
  await picture("2-found", "går att anmäla nu");

  await button("Mer om 1").click();
  await picture("3-details", "Vad det leder till");

  await button("Anmäl intresse").click();
  await button("Skicka").waitFor();
  await picture("4-form", "allmän handling");

  await field("Företag").fill("Ljud & Co");
  await field("Organisationsnummer").fill("556036-0794");
  await field("Kontaktperson").fill("Anna Andersson");
  await field("E-post").fill(ADDRESS);
  await field("Erbjudande").click();
  await page.getByRole("option", { name: "Färdig produkt eller tjänst" }).click();
  await page.getByRole("radio", { name: "Ja" }).last().check();
  await button("Skicka").click();
  await picture("5-wrong", "Organisationsnumret stämmer inte");

  await field("Organisationsnummer").fill("556036-0793");
  await button("Skicka").click();
  await picture("6-code", `Vi skickar en kod till ${ADDRESS}`);

  console.log(ADDRESS);
  await say(`kod ${await text(process.stdin)}`);
  await picture("7-receipt", "Intresset är registrerat");
} finally {
  await browser.close();
}
