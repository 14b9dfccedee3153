// What is said beside the map: what a position says, and what the score loses where cells are covered.

import { element } from "./element.js";
import { called, cells, decimals, percent, signed } from "./words.js";

const LISTED = 5; // of what a position speaks for, and against
const DRAWS = 10; // of random cells

/** For what does the position speak that was asked, and against what? → elements, none where none was. */
export function whatPositionSays({ asked, seen, c }) {
  if (asked === null) return [];
  const { h, w } = seen.network;
  const values = seen.evidenceAt(asked);
  const most = Math.max(...values.map(Math.abs));
  const said = (k) => signed(values[k], most);
  const more = [...values.keys()].filter((k) => /[1-9]/.test(said(k))); // than nothing, with these digits
  const order = more.sort((a, b) => values[b] - values[a]);
  const listed = (title, found) => listOf(title, found, said, seen);
  const lists = element("div", "lists");
  lists.append(
    listed("Speaks for", order.filter((k) => values[k] > 0).slice(0, LISTED)),
    listed(
      "Speaks against",
      order
        .filter((k) => values[k] < 0)
        .reverse()
        .slice(0, LISTED),
    ),
  );
  const place = called(asked, w);
  const about =
    `${place[0].toUpperCase()}${place.slice(1)} of the ${h} × ${w} map, in units of ${seen.unit}. ` +
    `For ${seen.called(c)}: ${signed(seen.evidence(c)[asked], most)}. ${seen.common(values, asked, c)}`;
  return [
    element("h3", "", "What does this position say?"),
    element("p", "soft", about),
    lists,
    button("Clear", "unask"),
  ];
}

function listOf(title, found, value, seen) {
  const whole = element("div");
  whole.append(element("h4", "", title));
  if (!found.length) whole.append(element("p", "soft", seen.none));
  for (const c of found) {
    const row = button("", "");
    row.className = "class";
    row.dataset.c = c;
    row.append(element("span", "value", value(c)), ` ${seen.listed(c)}`);
    whole.append(row);
  }
  return whole;
}

/** What does the score lose where cells are covered? → elements, none where none is. */
export function costOf({ covered, seen, after, c, name, compared }) {
  if (!covered.size) return [];
  const first = after?.order[0];
  const likeliest = after && `“${seen.names[first]}”, ${percent(after.probabilities[first])}.`;
  const [before, now] = [seen, after].map((one) => one && [decimals(one.logits[c]), percent(one.probabilities[c])]);
  const lines = [
    `Logit of “${name}”: ${before[0]} → ${after ? `${now[0]}, ${inWords(seen.logits[c] - after.logits[c])}.` : "…"}`,
    `Probability: ${before[1]} → ${after ? `${now[1]}.` : "…"}`,
    `Likeliest class now: ${likeliest ?? "…"}`,
  ];
  const note =
    "A cell is the part of the picture at a position. Covered cells get the grey that is 0 to the network. The map is " +
    "that of the uncovered picture.";
  const row = element("div", "row");
  row.append(button("Compare with Grad-CAM and with chance", "compare"), button("Uncover all", "uncover"));
  const comparable = after && compared?.c === c && compared.size === covered.size;
  return [
    element("h3", "", `${cells(covered.size)} covered`),
    ...lines.map((line) => element("p", "", line)),
    element("p", "soft", note),
    ...(comparable ? tableOf(compared, seen.logits[c] - after.logits[c]) : []),
    row,
  ];
}

const inWords = (fall) => `${fall >= 0 ? "falls" : "rises"} by ${decimals(Math.abs(fall))}`;

function tableOf({ size, strongest, random }, fall) {
  if (!random) return [element("p", "soft", "The network runs with other cells covered …")];
  const mean = random.reduce((a, b) => a + b) / random.length;
  const rows = [
    ["yours", fall],
    [`the ${cells(size)} where Grad-CAM is highest`, strongest],
    [`random, mean of ${random.length} draws`, mean],
  ];
  const table = element("table");
  const header = table.createTHead().insertRow();
  for (const text of [`${cells(size)} covered`, "logit falls by"]) header.append(headerCell(text, "col"));
  const body = table.createTBody();
  for (const [text, value] of rows) {
    const row = body.insertRow();
    row.append(headerCell(text, "row"), element("td", "", decimals(value)));
  }
  const [least, most] = [Math.min(...random), Math.max(...random)].map((value) => decimals(value));
  const range = `In the random draws the logit falls by ${least} to ${most}. Where a number is negative, it rises.`;
  return [table, element("p", "soft", range)];
}

function headerCell(text, scope) {
  const cell = element("th", "", text);
  cell.scope = scope;
  return cell;
}

/** → {c, size, strongest: how far the logit falls, random: the same for each draw}. */
export async function comparison(seen, x, size, c) {
  const { network } = seen;
  const fall = async (positions) => seen.logits[c] - (await network.run(network.covered(x, positions))).logits[c];
  const evidence = seen.evidence(c);
  const visible = network.visible(x); // in the grey margin of a whole picture nothing is left to cover
  const order = [...evidence.keys()].filter((p) => visible.has(p)).sort((a, b) => evidence[b] - evidence[a]);
  const strongest = await fall(new Set(order.slice(0, size)));
  const next = numbers(0);
  const random = [];
  for (let draw = 0; draw < DRAWS; draw++) {
    const mixed = order.map((p) => [next(), p]).sort(([a], [b]) => a - b);
    random.push(await fall(new Set(mixed.slice(0, size).map(([, p]) => p))));
  }
  return { c, size, strongest, random };
}

/** Random numbers in 0 … 1, the same for a seed in every browser (mulberry32). */
function numbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** does: the method of the panel that it calls. */
function button(text, does) {
  const made = element("button", "", text);
  made.dataset.does = does;
  return made;
}
