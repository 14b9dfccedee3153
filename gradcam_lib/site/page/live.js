// The page: its state, its controls, and what happens when one of them changes.

import { fromHash } from "./address.js";
import { element } from "./answers.js";
import { connect, keep, offer } from "./controls.js";
import { complain, say, waiting } from "./messages.js";
import { loadNetwork } from "./network.js";
import { Panel } from "./panel.js";
import { Refused, openPicture } from "./picture.js";
import { asPng } from "./saving.js";
import { listen } from "./sources.js";

const part = (id) => document.getElementById(id);

export const app = { settings: null, network: null, networks: new Map(), panels: [], active: 0, view: {}, draw, goTo };
Object.defineProperty(app, "method", { get: () => app.settings.methods.find(({ name }) => name === app.view.method) });
const does = {
  draw,
  look,
  useNetwork,
  setPanels,
  activate,
  goTo,
  save,
  copyLink,
  takeSample(picture) {
    hush();
    takeSample(app.panels[app.active], { picture });
  },
};

async function start() {
  if (typeof WebAssembly !== "object") return; // before.js has said so
  try {
    app.settings = await settings();
  } catch {
    return say("The page is incomplete: settings.json did not arrive.", "Problem", () => start());
  }
  offer(app, does);
  connect(app, does);
  listen(take, say);
  for (const id of ["sources", "controls", "keeping"]) part(id).hidden = false;
  say("");
  await goTo(location.hash);
}

async function settings() {
  const response = await fetch("settings.json");
  if (!response.ok) throw new Error(response.status);
  return response.json();
}

// ---- networks and pictures -------------------------------------------------------------------------------------------

/** Loads the network of the view where it is not there yet, and looks at every picture with it. */
async function useNetwork() {
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
      return say(
        error instanceof Refused ? error.message : `The network cannot be run: ${error.message}`,
        "Problem",
        useNetwork,
      );
    }
    say("");
  }
  if (name !== app.view.network) return; // another was chosen meanwhile
  app.network = app.networks.get(name);
  await Promise.all(app.panels.map((panel) => look(panel)));
}

/** An old message goes, but not the one about a network that is still missing. */
function hush() {
  if (app.network) say("");
}

async function look(panel) {
  try {
    await panel.look();
  } catch (error) {
    complain(error);
  }
}

/** blob: what was opened, dropped, pasted or photographed; target: where it was dropped. → whether it is a picture. */
async function take(blob, name, target) {
  const dropped = app.panels.findIndex((panel) => panel.root.contains(target ?? null));
  const panel = app.panels[dropped >= 0 ? dropped : app.active];
  const turn = (panel.choice = (panel.choice ?? 0) + 1);
  try {
    const picture = await openPicture(blob, app.settings.limits, name);
    if (turn !== panel.choice) return false; // another was chosen meanwhile
    panel.setPicture(picture, { name: null, label: "Your own picture", alt: "Your own picture." });
    hush();
    await panel.look();
    keep(app);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** wanted: {picture: name of a sample, chosen, asked, covered}. → why it does not come, or "". */
async function takeSample(panel, wanted) {
  const sample = app.settings.samples.find(({ name }) => name === wanted.picture);
  const turn = (panel.choice = (panel.choice ?? 0) + 1);
  try {
    const response = await fetch(`samples/${sample.file}`).catch(() => ({}));
    if (!response.ok) throw new Refused(`The photograph ${sample.label} did not arrive.`);
    const picture = await openPicture(await response.blob(), app.settings.limits, sample.label);
    if (turn !== panel.choice) return ""; // another was chosen meanwhile
    panel.setPicture(picture, { name: sample.name, label: sample.label, alt: sample.alt });
    const { chosen = null, asked = null, covered = [] } = wanted;
    Object.assign(panel, { chosen, asked, covered: new Set(covered) });
    await panel.look();
    return "";
  } catch (error) {
    complain(error);
    return error.message;
  }
}

// ---- what is shown ---------------------------------------------------------------------------------------------------

function draw() {
  const seen = app.panels.filter((panel) => panel.seen);
  const end = app.view.shared ? Math.max(0, ...seen.map((panel) => panel.shared())) : 0;
  seen.forEach((panel) => panel.draw(end));
  keep(app);
}

const told = (name) => app.settings.networks.find((network) => network.name === name);

// ---- panels ----------------------------------------------------------------------------------------------------------

function activate(i) {
  app.active = i;
  app.panels.forEach((panel, j) => panel.root.classList.toggle("active", app.panels.length > 1 && i === j));
  keep(app);
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
  const network = app.network ? null : useNetwork(); // both are on their way at once
  const problems = await Promise.all(panels.map((wanted, i) => takeSample(app.panels[i], wanted)));
  await network;
  const problem = problems.find(Boolean);
  if (!app.network) return;
  if (problem && app.panels.some((panel) => !panel.picture)) say(problem);
  else if (strange.length) say(`The link names what is not on offer here: ${strange.join(", ")}.`, "Note");
}

// ---- keeping ---------------------------------------------------------------------------------------------------------

async function save() {
  if (!app.panels.every((panel) => panel.seen)) return say("There is no map yet.", "Note");
  const link = element("a");
  link.href = URL.createObjectURL(await asPng(app.panels, app.settings));
  link.download = `${app.panels
    .map((panel) => `${panel.source.name ?? "own"}_${panel.name}`)
    .join("_and_")
    .replace(/[^\w]+/g, "_")}_${app.view.method}.png`;
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
