// The page with the skew slider: its state, its controls, and what they change. Nothing is computed but colours.

import { element } from "../element.js";
import { keepAddress } from "../link.js";
import { say } from "../messages.js";
import { copyLink, save } from "../saving.js";
import { fromHash, toHash } from "./address.js";
import { fill, tables } from "./charts.js";
import { Looked } from "./looked.js";
import { Row, Tile, called, pictures } from "./people.js";

const part = (id) => document.getElementById(id);
const PARTS = ["skews", "measured", "looked", "about"];

export const app = {
  settings: null,
  looked: null,
  view: {},
  pictures: [],
  tiles: [],
  rows: [],
  charts: [],
  get method() {
    return this.settings.methods.find(({ name }) => name === this.view.method);
  },
};

async function start() {
  try {
    app.settings = await (await arrived("settings.json")).json();
    const { maps } = app.settings;
    const levels = new Int8Array(await (await arrived(maps.file)).arrayBuffer());
    if (levels.length !== maps.bytes) throw new Error(`${levels.length} of ${maps.bytes} bytes`);
    app.looked = new Looked(app.settings, levels);
  } catch (error) {
    console.error(error);
    return say("The measured numbers did not arrive.", "Problem", start);
  }
  say("");
  build();
  connect();
  PARTS.forEach((id) => (part(id).hidden = false));
  goTo(location.hash);
  await paintPeople();
}

async function arrived(file) {
  const response = await fetch(`skew/${file}`);
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response;
}

/** The pictures come after the numbers, which are shown without them. */
async function paintPeople() {
  const { people, versions, side } = app.settings;
  const come = await Promise.allSettled(
    people.map(async ({ file }, i) => {
      app.pictures[i] = await pictures(`skew/${file}`, side, versions.length);
    }),
  );
  draw();
  const missing = people.filter((_, i) => come[i].status === "rejected");
  if (missing.length) say(`${missing.length} of ${people.length} pictures did not arrive.`, "Problem", again);
}

function again() {
  say("");
  return paintPeople();
}

// ---- what is there ---------------------------------------------------------------------------------------------------

function build() {
  const { settings } = app;
  const { skews, names, methods, people, versions, blind } = settings;
  part("skew").max = skews.length - 1;
  const ticks = document.querySelector(".ticks");
  part("skews").style.setProperty("--ticks", skews.length);
  ticks.replaceChildren(...skews.map(({ tick }) => element("span", "", tick)));
  app.charts = tables(settings.charts);
  part("charts").replaceChildren(...app.charts);
  app.tiles = people.map((_, i) => new Tile(app, i, (person) => change({ person })));
  document.querySelector(".people").replaceChildren(...app.tiles.map(({ root }) => root));
  app.rows = [new Row(app), new Row(app)];
  part("networks").replaceChildren(...app.rows.map(({ root }) => root));
  part("class").replaceChildren(new Option("what it says", ""), ...names.map((name, c) => new Option(name, c)));
  part("method").replaceChildren(...methods.map(({ name, label }) => new Option(label, name)));
  part("beside").replaceChildren(new Option("none", ""), ...skews.map((skew, s) => new Option(inWords(skew), s)));
  const told = {
    changes: list(app.looked.changes(skews.length - 1, 1)),
    seeds: skews[0].logits.length,
    "tint-flips": Math.round(100 * settings.tint.flips),
    "tint-moved": Math.ceil(100 * settings.tint.moved),
    n: settings.networks,
    "per-class": settings.per_class,
    tests: settings.tests.toLocaleString("en"),
    edited: settings.edited,
    blind: Object.values(blind["by pair"])
      .map(({ right, of }) => `${right} of ${of}`)
      .join(" and in "),
    "face-moved": Math.round(100 * skews.find(({ name }) => name === "90/90").difference["share on face"].value),
  };
  for (const [name, value] of Object.entries(told)) {
    document.querySelectorAll(`.${name}`).forEach((place) => (place.textContent = value));
  }
}

const list = (numbers) => `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;

const inWords = ({ name, label }) => (name === app.settings.balanced ? `${label}, balanced` : label);

function connect() {
  const on = (id, event, read) => part(id).addEventListener(event, ({ target }) => change(read(target)));
  const optional = ({ value }) => (value === "" ? null : Number(value));
  on("skew", "input", ({ value }) => ({ skew: Number(value) }));
  document.querySelector(".ticks").addEventListener("click", ({ target }) => {
    const skew = [...target.parentNode.children].indexOf(target);
    if (target.matches("span")) change({ skew });
  });
  on("opacity", "input", ({ value }) => ({ opacity: value / 100 }));
  on("class", "change", (target) => ({ class: optional(target) }));
  on("beside", "change", (target) => ({ beside: optional(target) }));
  on("method", "change", ({ value }) => ({ method: value }));
  on("shared", "change", ({ checked }) => ({ shared: checked }));
  part("save").addEventListener("click", saveMaps);
  part("link").addEventListener("click", () => copyLink());
  part("reset").addEventListener("click", () => goTo(""));
  window.addEventListener("hashchange", () => goTo(location.hash));
}

// ---- what is shown ---------------------------------------------------------------------------------------------------

function goTo(hash) {
  const { view, strange } = fromHash(hash, app.settings);
  change(view);
  say(strange.length ? `The link names what is not on offer here: ${strange.join(", ")}.` : "", "Note");
}

function change(what) {
  Object.assign(app.view, what);
  draw();
  keep();
}

function draw() {
  const { settings, view } = app;
  const { skews, charts, balanced } = settings;
  const even = skews.find(({ name }) => name === balanced);
  const skew = skews[view.skew];
  app.charts.forEach((table, i) => fill(table, charts[i], skew, even));
  part("measured").classList.toggle("same", skew === even);
  part("skew-means").textContent = means(skew);
  part("suspect").textContent = suspected(skew);
  app.tiles.forEach((tile) => tile.draw());
  const shown = [view.skew, view.beside === view.skew ? null : view.beside];
  app.rows.forEach((row, i) => {
    row.root.hidden = shown[i] === null;
    if (!row.root.hidden) row.draw(shown[i]);
  });
}

function means({ men, women, original }) {
  const { per_class } = app.settings;
  const like = original ? " These are the shares in the paper's collection." : "";
  return `Of ${per_class} doctors ${men} are men, of ${per_class} nurses ${women} are women.${like}`;
}

/** A map on hair or face is a suspicion; how often is it right? */
function suspected({ measured }) {
  const percent = (key) => `${Math.round(100 * measured[key].value)} %`;
  return (
    `The map is highest on hair or face for ${percent("peaks on hair and face")} of the people. Where it is, other ` +
    `hair and face changes ${percent("flips by hair and face where it peaks")} of the answers; of all answers, ` +
    `${percent("flips by hair and face")}.`
  );
}

/** The controls and the address as the view is. */
function keep() {
  const { settings, view } = app;
  part("skew").value = view.skew;
  part("skew").setAttribute("aria-valuetext", inWords(settings.skews[view.skew]));
  document.querySelector("output[for=skew]").textContent = inWords(settings.skews[view.skew]);
  document.querySelectorAll(".ticks span").forEach((tick, s) => tick.classList.toggle("chosen", s === view.skew));
  part("class").value = view.class ?? "";
  part("beside").value = view.beside ?? "";
  part("method").value = view.method;
  part("opacity").value = Math.round(100 * view.opacity);
  document.querySelector("output[for=opacity]").textContent = `${part("opacity").value} %`;
  part("shared").checked = view.shared;
  const scale = "Every colour scale ends at the largest value of the person's maps, over all skews.";
  part("reading").textContent = `${app.method.reading} ${view.shared ? scale : ""}`;
  keepAddress(toHash(view, settings));
}

// ---- keeping ---------------------------------------------------------------------------------------------------------

function saveMaps() {
  const { settings, view } = app;
  const views = app.rows.filter(({ root }) => !root.hidden).flatMap((row) => row.views);
  save(views, settings, `${called(settings.people[view.person])}_${settings.skews[view.skew].name}`);
}

start();
