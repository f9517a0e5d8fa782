// Opens a report in Chromium and uses it: how long it takes, whether filter, search and keyboard work, what it loads.
//
// node report.mjs PAGE CHROMIUM [FOLDER FOR SCREENSHOTS]; needs playwright-core beside it or in NODE_PATH.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { chromium } = createRequire(`${process.cwd()}/`)("playwright-core");
const [page, executablePath, folder] = process.argv.slice(2);
const MAX_OPEN = 2000;
const MAX_FILTER = 100;

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  const tab = await context.newPage();
  const requests = [];
  const complaints = [];
  tab.on("request", (request) => requests.push(request.url()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));

  const from = performance.now();
  await tab.goto(pathToFileURL(page).href, { waitUntil: "load" });
  await tab.locator("#findings > li").first().waitFor();
  const opened = performance.now() - from;

  const all = await tab.evaluate(() => JSON.parse(document.getElementById("report").textContent).findings.length);
  const status = () => tab.locator("#count").textContent();
  assert.equal(await status(), `${all} findings`);
  assert.equal(requests.length, 1, requests.join("\n"));

  // The page's own work of one filter, until the next frame is laid out.
  const filtered = [];
  for (const words of ["q", "query loop", "no such words", ""]) {
    filtered.push(await tab.evaluate((words) => {
      const search = document.getElementById("search");
      search.value = words;
      const from = performance.now();
      search.dispatchEvent(new Event("input"));
      document.body.getBoundingClientRect();
      return performance.now() - from;
    }, words));
  }

  // By keyboard alone: to the search, to a bar, to a finding.
  await tab.locator("body").click({ position: { x: 5, y: 5 } });
  await tab.keyboard.press("/");
  assert.equal(await tab.evaluate(() => document.activeElement.id), "search");
  await tab.keyboard.type("zzzz");
  assert.equal(await status(), `0 of ${all} findings`);
  await tab.locator("#clear").focus();
  await tab.keyboard.press("Enter");
  assert.equal(await status(), `${all} findings`);
  const bar = tab.locator('[data-chart="rule"] button').first();
  await bar.focus();
  await tab.keyboard.press("Space");
  assert.equal(await bar.getAttribute("aria-pressed"), "true");
  const count = Number(await bar.locator("span").nth(1).textContent());
  assert.match(await status(), new RegExp(`^${count}( of ${all})? findings`));
  await tab.keyboard.press("Space");
  const summary = tab.locator("#findings summary").first();
  await summary.focus();
  await tab.keyboard.press("Enter");
  await tab.locator("#findings li pre mark").first().waitFor();
  assert.equal(await tab.locator("#findings details[open]").count(), 1);

  // What a screen reader is told: names of everything that can be used.
  const nameless = await tab.evaluate(() => [...document.querySelectorAll("button, input, select, summary")]
    .filter((element) => !element.hidden && !element.textContent.trim() && !element.labels?.length).length);
  assert.equal(nameless, 0);

  if (folder) {
    for (const colorScheme of ["light", "dark"]) {
      await tab.emulateMedia({ colorScheme });
      await tab.screenshot({ path: `${folder}/${colorScheme}.png` });
    }
    const way = tab.locator('[data-chart="rule"] button', { hasText: "n-plus-one" });
    if (await way.count()) {
      await way.click();
      await tab.locator("#findings summary").last().click();
      await tab.locator("#findings .way.drawn").last().scrollIntoViewIfNeeded();
      await tab.screenshot({ path: `${folder}/way.png` });
    }
    await tab.setViewportSize({ width: 420, height: 800 });
    await tab.screenshot({ path: `${folder}/narrow.png` });
  }
  assert.deepEqual(complaints, []);
  const slowest = Math.max(...filtered);
  console.log(`${all} findings: opened in ${opened.toFixed(0)} ms, slowest filter ${slowest.toFixed(0)} ms`);
  assert.ok(opened < MAX_OPEN, "it opens too slowly");
  assert.ok(slowest < MAX_FILTER, "it filters too slowly");
} finally {
  await browser.close();
}
