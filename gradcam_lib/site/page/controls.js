// The controls of the page: what they offer, what they call, and that they show the state of the app.

import { toHash } from "./address.js";
import { element } from "./answers.js";

const part = (id) => document.getElementById(id);

/** What there is to choose, and what is said of it. does: what the controls call. */
export function offer(app, does) {
  const { networks, methods, samples } = app.settings;
  const options = (list) => list.map(({ name, label }) => new Option(label, name));
  part("network").replaceChildren(...options(networks));
  part("method").replaceChildren(...options(methods));
  document.querySelector(".samples").replaceChildren(...samples.map((sample) => sampleButton(sample, does)));
  part("networks-about").textContent = networks
    .map(
      ({ label, about, transform, map }) =>
        `${label}: ${about}; it sees ${transform.crop} × ${transform.crop} pixels, and its map has ` +
        `${map.join(" × ")} positions.`,
    )
    .join(" ");
  part("credits").textContent = samples.map(({ label, credit }) => `${label} (${credit})`).join(", ");
}

function sampleButton(sample, does) {
  const row = document.createElement("li");
  const button = element("button");
  button.type = "button";
  button.dataset.name = sample.name;
  const image = new Image(56, 56);
  image.src = `samples/${sample.small}`;
  image.alt = "";
  button.append(image, element("span", "", sample.label));
  button.addEventListener("click", () => does.takeSample(sample.name));
  row.append(button);
  return row;
}

/** Every control calls what it is for. */
export function connect(app, does) {
  const { view } = app;
  const changed = (id, set, then = does.draw) =>
    part(id).addEventListener(id === "opacity" ? "input" : "change", (event) => {
      set(event.target);
      then();
    });
  changed("network", ({ value }) => (view.network = value), does.useNetwork);
  changed(
    "part",
    ({ value }) => (view.part = value),
    () => app.panels.forEach(does.look),
  );
  changed("method", ({ value }) => (view.method = value));
  changed("opacity", ({ value }) => (view.opacity = value / 100));
  changed("shared", ({ checked }) => (view.shared = checked));
  changed(
    "two",
    () => {},
    () => does.setPanels(part("two").checked ? 2 : 1),
  );
  for (const radio of document.getElementsByName("pressing")) {
    radio.addEventListener("change", () => {
      view.pressing = radio.value;
      does.draw();
    });
  }
  for (const radio of document.getElementsByName("side"))
    radio.addEventListener("change", () => does.activate(Number(radio.value)));
  part("save").addEventListener("click", does.save);
  part("link").addEventListener("click", does.copyLink);
  part("reset").addEventListener("click", () => does.goTo(""));
  window.addEventListener("hashchange", () => does.goTo(location.hash));
}

/** The controls and the address as the app is. */
export function keep(app) {
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
  const hash = toHash({ ...view, panels: app.panels.map((panel) => stateOf(panel, app)) }, app.settings);
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
    if (chosen && button.getAttribute("aria-pressed") !== "true")
      list.scrollLeft = button.offsetLeft - list.offsetLeft - 60; // on a telephone
    button.setAttribute("aria-pressed", chosen);
  }
}

function stateOf({ chosen, asked, source, covered, seen }, { settings, view }) {
  const w = (seen?.network.told ?? settings.networks.find(({ name }) => name === view.network)).map[1];
  return { picture: source?.name ?? null, chosen, asked, covered: [...covered], w };
}
