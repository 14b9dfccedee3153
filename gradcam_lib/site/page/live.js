// The page: its state, its controls, and what happens when one of them changes.

import { fromHash, toHash } from "./address.js";
import { element } from "./answers.js";
import { loadNetwork } from "./network.js";
import { Panel } from "./panel.js";
import { Refused, openPicture } from "./picture.js";
import { asPng } from "./saving.js";
import { listen } from "./sources.js";

const part = (id) => document.getElementById(id);

export const app = { settings: null, network: null, networks: new Map(), panels: [], active: 0, view: {}, draw, goTo };

async function start() {
  if (typeof WebAssembly !== "object") return; // before.js has said so
  try {
    app.settings = await settings();
  } catch {
    return say("The page is incomplete: settings.json did not arrive.", "Problem", () => start());
  }
  offer();
  connect();
  for (const id of ["sources", "controls", "keeping"]) part(id).hidden = false;
  say("");
  await goTo(location.hash);
}

async function settings() {
  const response = await fetch("settings.json");
  if (!response.ok) throw new Error(response.status);
  return response.json();
}

// ---- what is said ----------------------------------------------------------------------------------------------------

/** One message at a time. again: what a button “Try again” does. */
export function say(text, word = "Problem", again = null) {
  const box = part("message");
  box.className = text ? word.toLowerCase() : "";
  box.replaceChildren();
  if (!text) return;
  const line = element("p");
  line.append(element("strong", "", `${word}: `), text);
  box.append(line);
  if (!again) return;
  const button = element("button", "", "Try again");
  button.type = "button";
  button.addEventListener("click", again);
  box.append(button);
}

function waiting(text, done, of) {
  const box = part("message");
  let bar = box.querySelector("progress");
  if (!bar) {
    bar = element("progress");
    bar.setAttribute("aria-label", text);
    box.className = "note";
    box.replaceChildren(element("p", "", text), bar);
  }
  [bar.max, bar.value] = [of, done];
}

// ---- networks and pictures -------------------------------------------------------------------------------------------

/** Loads the network of the view where it is not there yet, and looks at every picture with it. */
export async function useNetwork() {
  const name = app.view.network;
  say("");
  if (!app.networks.has(name)) {
    app.network = null;
    const { label, model, head } = told(name);
    const text = `${label} is on its way (${Math.ceil((model.bytes + head.bytes) / 1e6)} MB, once).`;
    let waits = true; // where one file fails, others may still be arriving
    const progress = (done, of) => waits && waiting(text, done, of);
    progress(0, 1);
    try {
      app.networks.set(name, await loadNetwork(told(name), app.settings, progress));
    } catch (error) {
      waits = false;
      return say(error instanceof Refused ? error.message : `The network cannot be run: ${error.message}`, "Problem", useNetwork);
    }
    say("");
  }
  if (name !== app.view.network) return; // another was chosen meanwhile
  app.network = app.networks.get(name);
  await Promise.all(app.panels.map((panel) => look(panel)));
}

async function look(panel) {
  try {
    await panel.look();
  } catch (error) {
    complain(error);
  }
}

function complain(error) {
  if (!(error instanceof Refused)) console.error(error);
  say(error instanceof Refused ? error.message : `Something went wrong: ${error.message}`);
}

/** blob: what was opened, dropped, pasted or photographed; target: where it was dropped. → whether it is a picture. */
async function take(blob, name, target) {
  const dropped = app.panels.findIndex((panel) => panel.root.contains(target ?? null));
  const panel = app.panels[dropped >= 0 ? dropped : app.active];
  try {
    const picture = await openPicture(blob, app.settings.limits, name);
    panel.setPicture(picture, { name: null, label: "Your own picture", alt: "Your own picture." });
    say("");
    await panel.look();
    keep();
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** wanted: {picture: name of a sample, chosen, asked, covered}. */
async function takeSample(panel, wanted) {
  const sample = app.settings.samples.find(({ name }) => name === wanted.picture);
  try {
    const response = await fetch(`samples/${sample.file}`).catch(() => ({}));
    if (!response.ok) throw new Refused(`The photograph ${sample.label} did not arrive.`);
    const picture = await openPicture(await response.blob(), app.settings.limits, sample.label);
    panel.setPicture(picture, { name: sample.name, label: sample.label, alt: sample.alt });
    const { chosen = null, asked = null, covered = [] } = wanted;
    Object.assign(panel, { chosen, asked, covered: new Set(covered) });
    await panel.look();
  } catch (error) {
    complain(error);
  }
}

// ---- what is shown ---------------------------------------------------------------------------------------------------

function draw() {
  const seen = app.panels.filter((panel) => panel.seen);
  const end = app.view.shared ? Math.max(0, ...seen.map((panel) => panel.shared())) : 0;
  seen.forEach((panel) => panel.draw(end));
  keep();
}

/** The controls as the view says, and the address. */
function keep() {
  const { view } = app;
  for (const id of ["network", "method", "part"]) part(id).value = view[id];
  part("opacity").value = Math.round(100 * view.opacity);
  document.querySelector("output[for=opacity]").textContent = `${part("opacity").value} %`;
  part("shared").checked = view.shared;
  part("two").checked = app.panels.length > 1;
  for (const radio of document.getElementsByName("pressing")) radio.checked = radio.value === view.pressing;
  for (const radio of document.getElementsByName("side")) radio.checked = Number(radio.value) === app.active;
  document.querySelector("#sources .side").hidden = app.panels.length < 2;
  part("reading").textContent = app.method.reading;
  markSample(app.panels[app.active]?.source?.name);
  const hash = toHash({ ...view, panels: app.panels.map(stateOf) }, app.settings);
  if (location.hash === `#${hash}` || (!hash && !location.hash)) return;
  try {
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  } catch {
    // Safari allows a hundred changes in half a minute; the next one brings the address up to date
  }
}

function markSample(name) {
  const list = document.querySelector(".samples");
  for (const button of list.querySelectorAll("button")) {
    const chosen = button.dataset.name === name;
    if (chosen && button.ariaPressed !== "true") list.scrollLeft = button.offsetLeft - list.offsetLeft - 60; // on a telephone
    button.setAttribute("aria-pressed", chosen);
  }
}

function stateOf({ chosen, asked, source, covered, seen }) {
  const w = (seen?.network.told ?? told(app.view.network)).map[1];
  return { picture: source?.name ?? null, chosen, asked, covered: [...covered], w };
}

const told = (name) => app.settings.networks.find((network) => network.name === name);

Object.defineProperty(app, "method", { get: () => app.settings.methods.find(({ name }) => name === app.view.method) });

// ---- controls --------------------------------------------------------------------------------------------------------

function offer() {
  const { networks, methods, samples } = app.settings;
  const options = (list) => list.map(({ name, label }) => new Option(label, name));
  part("network").replaceChildren(...options(networks));
  part("method").replaceChildren(...options(methods));
  document.querySelector(".samples").replaceChildren(...samples.map(sampleButton));
  part("networks-about").textContent = networks
    .map(({ label, about, transform, map }) => `${label}: ${about}; it sees ${transform.crop} × ${transform.crop} pixels, and its map has ${map.join(" × ")} positions.`)
    .join(" ");
  part("credits").textContent = samples.map(({ label, credit }) => `${label} (${credit})`).join(", ");
}

function sampleButton(sample) {
  const row = document.createElement("li");
  const button = element("button");
  button.type = "button";
  button.dataset.name = sample.name;
  const image = new Image(56, 56);
  image.src = `samples/${sample.small}`;
  image.alt = "";
  button.append(image, element("span", "", sample.label));
  button.addEventListener("click", () => {
    say("");
    takeSample(app.panels[app.active], { picture: sample.name });
  });
  row.append(button);
  return row;
}

function connect() {
  const { view } = app;
  const changed = (id, set, then = draw) =>
    part(id).addEventListener(id === "opacity" ? "input" : "change", (event) => {
      set(event.target);
      then();
    });
  changed("network", ({ value }) => (view.network = value), useNetwork);
  changed("part", ({ value }) => (view.part = value), () => app.panels.forEach(look));
  changed("method", ({ value }) => (view.method = value));
  changed("opacity", ({ value }) => (view.opacity = value / 100));
  changed("shared", ({ checked }) => (view.shared = checked));
  changed("two", () => {}, () => setPanels(part("two").checked ? 2 : 1));
  for (const radio of document.getElementsByName("pressing")) {
    radio.addEventListener("change", () => {
      view.pressing = radio.value;
      draw();
    });
  }
  for (const radio of document.getElementsByName("side")) radio.addEventListener("change", () => activate(Number(radio.value)));
  listen(take, say);
  part("save").addEventListener("click", save);
  part("link").addEventListener("click", copyLink);
  part("reset").addEventListener("click", () => goTo(""));
  window.addEventListener("hashchange", () => goTo(location.hash));
}

function activate(i) {
  app.active = i;
  app.panels.forEach((panel, j) => panel.root.classList.toggle("active", app.panels.length > 1 && i === j));
  keep();
}

function addPanel() {
  const panel = new Panel(app);
  const i = app.panels.push(panel) - 1;
  panel.root.setAttribute("aria-label", ["Left picture", "Right picture"][i]);
  panel.root.addEventListener("focusin", () => app.active !== i && activate(i));
  part("panels").append(panel.root);
  return panel;
}

/** One panel or two; the second begins with another sample. */
async function setPanels(n) {
  while (app.panels.length > n) app.panels.pop().root.remove();
  part("panels").classList.toggle("pair", n > 1);
  if (app.panels.length < n) {
    const shown = app.panels[0]?.source?.name;
    const panel = addPanel();
    activate(app.panels.length - 1);
    await takeSample(panel, { picture: app.settings.samples.find(({ name }) => name !== shown).name });
  } else activate(Math.min(app.active, n - 1));
  draw();
}

/** The state that an address describes. */
async function goTo(hash) {
  const { state, strange } = fromHash(hash, app.settings);
  const { panels, ...view } = state;
  Object.assign(app.view, view);
  while (app.panels.length > panels.length) app.panels.pop().root.remove();
  while (app.panels.length < panels.length) addPanel();
  part("panels").classList.toggle("pair", panels.length > 1);
  activate(0);
  app.network = app.networks.get(view.network) ?? null;
  await Promise.all(panels.map((wanted, i) => takeSample(app.panels[i], wanted)));
  if (!app.network) await useNetwork();
  if (strange.length && app.network) say(`The link names what is not on offer here: ${strange.join(", ")}.`, "Note");
}

// ---- keeping ---------------------------------------------------------------------------------------------------------

async function save() {
  if (!app.panels.every((panel) => panel.seen)) return say("There is no map yet.", "Note");
  const link = element("a");
  link.href = URL.createObjectURL(await asPng(app.panels, app.settings));
  link.download = `${app.panels.map((panel) => `${panel.source.name ?? "own"}_${panel.name}`).join("_and_").replace(/[^\w]+/g, "_")}_${app.view.method}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function copyLink() {
  const own = app.panels.some((panel) => panel.source?.name === null);
  const less = own ? " Your own picture is not in it: who opens it sees a sample." : "";
  try {
    await navigator.clipboard.writeText(location.href);
    say(`The link is copied.${less}`, "Note");
  } catch {
    say(`Copy the address of this page from the browser's address bar.${less}`, "Note");
  }
}

start();
