// The row of people, and one of them in every version under the maps of one network.

import { element } from "../element.js";
import { paint, strip, whereabouts } from "../maps.js";
import { number, percent } from "../words.js";

export const called = ({ role, presents }) => `${role}, ${presents}`;

/** The pictures of a person, side by side in one file → [{rgb (S · S · 3)}], one for each version. */
export async function pictures(url, side, versions) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = element("canvas");
  canvas.width = side * versions;
  canvas.height = side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return Array.from({ length: versions }, (_, v) => {
    const { data } = context.getImageData(v * side, 0, side, side);
    return data.filter((_, at) => at % 4 < 3);
  });
}

/** A person to choose: a button with the picture under its map, who it is, and the answer. */
export class Tile {
  constructor(app, i, chosen) {
    Object.assign(this, { app, i });
    this.root = element("button", "person");
    this.canvas = element("canvas");
    this.canvas.width = this.canvas.height = app.settings.side;
    this.says = element("span", "says");
    this.root.append(this.canvas, element("span", "who", called(app.settings.people[i])), this.says);
    this.root.addEventListener("click", () => chosen(i));
  }

  draw() {
    const { app, i } = this;
    const { skew, person } = app.view;
    const says = app.settings.names[app.looked.says(skew, i, 0)];
    const right = says === app.settings.people[i].role;
    draw(app, this.canvas, skew, i, 0);
    this.says.textContent = `says ${says}${right ? "" : ": wrong"}`;
    this.says.classList.toggle("wrong", !right);
    this.root.setAttribute("aria-pressed", i === person);
  }
}

/** Puts a picture under its map on a canvas. → what was drawn. */
function draw(app, canvas, s, i, v) {
  const { settings, view, looked } = app;
  const map = looked.map(s, i, v, view.class, view.method);
  const { kind } = app.method;
  const end = view.shared ? looked.largest(i, view.class, view.method) : map.largest;
  const rgb = app.pictures[i]?.[v];
  if (rgb)
    canvas.getContext("2d").putImageData(paint(rgb, map.values, end, kind, view.opacity, settings.colours), 0, 0);
  return { map, end, kind };
}

/** All versions of the chosen person under the maps of one network, and a table of the answers about all people. */
export class Row {
  constructor(app) {
    this.app = app;
    this.root = element("section", "network");
    this.title = element("h3");
    this.answers = element("table", "answers");
    const row = element("div", "views");
    this.views = app.settings.versions.map((_, v) => new View(app, v));
    row.append(...this.views.map(({ root }) => root));
    this.root.append(this.title, row, this.answers);
  }

  draw(s) {
    const { settings, looked } = this.app;
    const { skews, people, versions } = settings;
    this.title.textContent = `A network trained at a skew of ${skews[s].label}`;
    this.views.forEach((view) => view.draw(s));
    const n = people.length;
    const heads = ["", "right", ...versions.slice(1, 3).map((version) => `changed by ${version}`), "as network 1 says"];
    const rows = skews[s].logits.map((_, seed) => [
      seed ? `network ${seed + 1}` : "network 1, shown",
      `${looked.right(s, seed)} of ${n}`,
      ...[1, 2].map((v) => `${looked.changed(s, v, seed)} of ${n}`),
      seed ? `${looked.alike(s, seed)} of ${n * versions.length}` : "",
    ]);
    const caption = element("caption", "", "Answers of networks that were trained at this skew, each on other people");
    this.answers.replaceChildren(caption, line(heads, "col"), ...rows.map((texts) => line(texts)));
  }
}

/** A row of a table; its first cell is a heading, or with a scope all are. */
function line(texts, scope) {
  const row = element("tr");
  texts.forEach((text, k) => {
    const isHeading = text && (scope || !k);
    const cell = element(isHeading ? "th" : "td", "", text);
    if (isHeading) cell.scope = scope ?? "row";
    row.append(cell);
  });
  return row;
}

/** One picture under one map: in part what saving.js asks of a panel. */
class View {
  constructor(app, v) {
    Object.assign(this, { app, v });
    this.root = document.getElementById("view").content.firstElementChild.cloneNode(true);
    this.canvas = this.root.querySelector("canvas");
    this.canvas.width = this.canvas.height = app.settings.side;
    this.stage = { canvas: this.canvas };
    this.asked = null; // no position of these maps can be asked
  }

  /** title: what stands above the others in a file, where no heading tells the skew and the person. */
  part(name) {
    return name === "title" ? { textContent: this.title } : this.root.querySelector(`.${name}`);
  }

  draw(s) {
    const { app, v } = this;
    const { settings, view, looked } = app;
    const i = view.person;
    const { map, end, kind } = draw(app, this.canvas, s, i, v);
    const says = looked.says(s, i, v);
    const name = settings.names[view.class ?? says];
    const { label } = app.method;
    const version = settings.versions[v];
    const said = `says ${settings.names[says]}, ${percent(looked.probability(s, i, v))}`;
    const range =
      kind === "signed" ? `map ${number(map.low)} … ${number(map.high)}` : `map maximum ${number(map.high)}`;
    const weak = this.#weak(s, map, name);
    this.root.querySelector(".title").textContent =
      `${version[0].toUpperCase()}${version.slice(1)}: ${label}, “${name}”`;
    this.title = `Skew ${settings.skews[s].label}, ${called(settings.people[i])}, ${version}: ${label}, “${name}”`;
    this.part("facts").textContent = `${said[0].toUpperCase()}${said.slice(1)} · ${range}`;
    this.part("weak").textContent = weak;
    this.part("colours").style.background = `linear-gradient(to right, ${strip(kind, settings.colours).join(", ")})`;
    const ends = kind === "signed" ? [number(-end), "0", number(end)] : ["0", "", number(end)];
    ["low", "middle", "high"].forEach((part, k) => (this.part(part).textContent = ends[k]));
    const where = map.largest ? `, strongest ${whereabouts(map.values, settings.side)}` : "";
    this.canvas.setAttribute("aria-label", `${this.title}${where}. The network ${said}. ${weak}`.trim());
  }

  /** A map with a scale of its own glows as brightly as any, however weak it is. */
  #weak(s, map, name) {
    const { looked, view, settings } = this.app;
    if (!map.largest) return `The map is empty: no position of this picture speaks for “${name}”.`;
    const values = looked.picture(s, view.person, this.v).evidence(settings.names.indexOf(name));
    const total = values.reduce(
      (sum, value) => sum + (view.method === "signed" ? Math.abs(value) : Math.max(value, 0)),
      0,
    );
    return total < settings.weak
      ? `Weak: the sizes of its values add up to ${number(total)}, in units of the logit.`
      : "";
  }
}
