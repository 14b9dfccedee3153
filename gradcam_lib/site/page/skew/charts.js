// The measured numbers of a skew as tables whose rows hold bars: read as a picture or as a table, the same numbers.

import { element } from "../element.js";

const whole = (value) => String(Math.round(100 * value) + 0).replace("-", "−");
const interval = ({ low, high }) => `${whole(low)} … ${whole(high)}`;

/** The tables, without numbers. charts: of the settings → elements. */
export function tables(charts) {
  return charts.map(({ title, end, rows }) => {
    const table = element("table", "chart");
    table.append(element("caption", "", title));
    const head = table.createTHead().insertRow();
    head.append(element("td"), heading(`0 … ${100 * end} %`, "scale"));
    head.append(...["this skew", "balanced", "difference"].map((text) => heading(text)));
    table.createTBody().append(...rows.map((row) => rowOf(row, end)));
    return table;
  });
}

function heading(text, name = "") {
  return Object.assign(element("th", name, text), { scope: "col" });
}

/** area: of a region, the part of the picture that it has; end: of the scale. */
function rowOf({ label, key, area }, end) {
  const row = element("tr");
  row.dataset.key = key;
  const name = Object.assign(element("th", "", label), { scope: "row" });
  const bars = element("td", "bars");
  bars.append(bar("now"), bar("even"));
  if (area) {
    const mark = element("span", "area");
    mark.style.setProperty("--at", area / end);
    bars.append(mark);
    name.append(element("span", "soft", ` ${whole(area)} % of the picture`));
  }
  row.append(name, bars, ...["here", "balanced", "difference"].map((cell) => element("td", cell)));
  return row;
}

/** A bar with its interval; its numbers stand beside it. */
function bar(name) {
  const made = element("span", `measure ${name}`);
  made.append(element("span", "interval"));
  return made;
}

/** The numbers of a skew and of the balanced one into a table. */
export function fill(table, { end }, skew, balanced) {
  for (const row of table.tBodies[0].rows) {
    const { key } = row.dataset;
    const now = skew.measured[key],
      even = balanced.measured[key],
      change = skew.difference?.[key];
    place(row.querySelector(".now"), now, end);
    place(row.querySelector(".even"), even, end);
    write(row.querySelector(".here"), `${whole(now.value)} %`, interval(now));
    write(row.querySelector(".balanced"), `${whole(even.value)} %`, interval(even));
    if (change) write(row.querySelector(".difference"), withSign(change.value), interval(change));
    else write(row.querySelector(".difference"), "–", "");
  }
}

const withSign = (value) => (Math.round(100 * value) > 0 ? "+" : "") + whole(value);

function write(cell, value, range) {
  cell.replaceChildren(value);
  if (range) cell.append(element("span", "range", ` ${range}`));
}

function place(made, { value, low, high }, end) {
  for (const [name, number] of Object.entries({ value, low, high })) {
    made.style.setProperty(`--${name}`, number / end);
  }
}
