// The controls that every page has: what they offer, what they call, and that they show the state of the app.

import { element } from "./element.js";
import { keepAddress } from "./link.js";

const part = (id) => document.getElementById(id);

/** The names of a list as the choices of a control. */
export function choices(id, list) {
  part(id).replaceChildren(...list.map(({ name, label }) => new Option(label, name)));
}

export function offer(app) {
  const { methods, samples } = app.settings;
  choices("method", methods);
  document.querySelector(".samples").replaceChildren(...samples.map((sample) => sampleButton(sample, app)));
  const credits = samples.filter(({ credit }) => credit).map(({ label, credit }) => `${label} (${credit})`);
  part("credits").textContent = credits.join(", ");
}

function sampleButton(sample, app) {
  const row = element("li");
  const button = element("button");
  button.dataset.name = sample.name;
  const image = new Image(56, 56);
  image.src = `samples/${sample.small}`;
  image.alt = "";
  button.append(image, element("span", "", sample.label));
  button.addEventListener("click", () => app.pick(sample.name));
  row.append(button);
  return row;
}

/** A control that changes: set(it), then what follows. */
export function changed(id, set, then) {
  part(id).addEventListener(id === "opacity" ? "input" : "change", (event) => {
    set(event.target);
    then();
  });
}

/** The radio buttons of a name: set(the value chosen). */
export function connectRadios(name, set) {
  for (const radio of document.getElementsByName(name)) radio.addEventListener("change", () => set(radio.value));
}

export function checkRadio(name, value) {
  for (const radio of document.getElementsByName(name)) radio.checked = radio.value === String(value);
}

/** Every control calls what it is for. */
export function connect(app) {
  const { view } = app;
  const draw = () => app.draw();
  changed("method", ({ value }) => (view.method = value), draw);
  changed("opacity", ({ value }) => (view.opacity = value / 100), draw);
  changed("shared", ({ checked }) => (view.shared = checked), draw);
  part("two").addEventListener("change", ({ target }) => app.setPanels(target.checked ? 2 : 1));
  connectRadios("side", (value) => app.activate(Number(value)));
  part("save").addEventListener("click", () => app.save());
  part("link").addEventListener("click", () => app.copyLink());
  part("reset").addEventListener("click", () => app.goTo(""));
  window.addEventListener("hashchange", () => app.goTo(location.hash));
}

/** The controls and the address as the app is. */
export function keep(app) {
  const { view } = app;
  part("method").value = view.method;
  part("opacity").value = Math.round(100 * view.opacity);
  document.querySelector("output[for=opacity]").textContent = `${part("opacity").value} %`;
  part("shared").checked = view.shared;
  part("two").checked = app.panels.length > 1;
  checkRadio("side", app.active);
  document.querySelector("#sources .side").hidden = app.panels.length < 2;
  part("reading").textContent = app.method.reading;
  markSample(app.panels[app.active]?.source?.name);
  app.keep();
  if (!app.arriving) keepAddress(app.toHash());
}

function markSample(name) {
  const list = document.querySelector(".samples");
  for (const button of list.querySelectorAll("button")) {
    const chosen = button.dataset.name === name;
    if (chosen && button.getAttribute("aria-pressed") !== "true")
      list.scrollLeft = button.offsetLeft - list.offsetLeft - 60; // on a telephone
    button.setAttribute("aria-pressed", chosen);
  }
}
