// Queries the search of a built site as a reader's browser does: with the worker of the theme.
//
//   node docs/tests/search.mjs build/site < queries.txt
//
// Prints the pages that each query finds, the best first, as a line of JSON.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";

const site = process.argv[2];
const workers = join(site, "assets/javascripts/workers");
const worker = readdirSync(workers).find((name) => /^search\..*\.js$/.test(name));

let send;
let answer;
globalThis.self = globalThis;
globalThis.addEventListener = (_, handler) => { send = handler; };
globalThis.postMessage = (message) => answer(message.data);
runInThisContext(readFileSync(join(workers, worker), "utf8"));

function ask(type, data) {
  return new Promise((resolve) => {
    answer = resolve;
    send({ data: { type, data } });
  });
}

const [SETUP, QUERY] = [0, 2];
const index = JSON.parse(readFileSync(join(site, "search/search_index.json"), "utf8"));
await ask(SETUP, { ...index, options: { suggest: false } });
for (const query of readFileSync(0, "utf8").trim().split("\n")) {
  const { items } = await ask(QUERY, query);
  // An item is a page: its title, and the sections that were found.
  const best = (item) => item.reduce((a, b) => (b.score > a.score ? b : a)).location;
  console.log(JSON.stringify(items.map(best)));
}
