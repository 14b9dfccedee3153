// The state of the live page in its address. A picture of a reader's own is not in it.

import { Link, keyOf, place, writePicture, writeView } from "./link.js";

const DEFAULTS = { part: "middle", pressing: "ask" };

/** state: {network, method, part, opacity (0 … 1), shared, pressing, panels: [{picture, chosen, asked, covered, w}]}. */
export function toHash(state, settings) {
  const out = new URLSearchParams();
  if (state.network !== settings.networks[0].name) out.set("network", state.network);
  if (state.part !== DEFAULTS.part) out.set("part", state.part);
  if (state.pressing !== DEFAULTS.pressing) out.set("pressing", state.pressing);
  writeView(out, state, settings);
  state.panels.forEach((panel, i) => {
    writePicture(out, panel.picture ?? settings.samples[i].name, i, settings); // instead of a reader's own
    if (panel.chosen !== null) out.set(keyOf("class", i), panel.chosen);
    if (panel.asked !== null) out.set(keyOf("position", i), place(panel.asked, panel.w));
    if (panel.covered.length) out.set(keyOf("covered", i), panel.covered.map((p) => place(p, panel.w)).join(","));
  });
  return out.toString().replaceAll("%2C", ",");
}

/** The inverse, → {state, strange: what the link names and this page does not have}. */
export function fromHash(hash, settings) {
  const link = new Link(hash);
  const names = (list) => list.map(({ name }) => name);
  const network = link.one("network", names(settings.networks), settings.networks[0].name);
  const told = settings.networks.find(({ name }) => name === network);
  const panels = link.panels.map((i) => ({
    picture: link.one(keyOf("picture", i), names(settings.samples), settings.samples[i].name),
    chosen: link.whole(keyOf("class", i), told.classes - 1),
    asked: link.places(keyOf("position", i), told.map)[0] ?? null,
    covered: link.places(keyOf("covered", i), told.map),
  }));
  const state = {
    network,
    part: link.one("part", ["middle", "whole"], DEFAULTS.part),
    pressing: link.one("pressing", ["ask", "cover"], DEFAULTS.pressing),
    ...link.view(settings),
    panels,
  };
  return { state, strange: link.strange };
}
