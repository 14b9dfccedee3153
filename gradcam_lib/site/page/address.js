// The state of the page in its address, so that a teacher can send a link. Defaults are left out; rows and columns count
// from 1. A picture of a reader's own is not in it.

const DEFAULTS = { network: 0, method: "grad_cam", part: "middle", opacity: null, shared: false, pressing: "ask" };

/** state: {network, method, part, opacity (0 … 1), shared, pressing, panels: [{picture, chosen, asked, covered, w}]}. */
export function toHash(state, settings) {
  const out = new URLSearchParams();
  if (state.network !== settings.networks[0].name) out.set("network", state.network);
  if (state.method !== DEFAULTS.method) out.set("method", state.method);
  if (state.part !== DEFAULTS.part) out.set("part", state.part);
  if (state.opacity !== settings.opacity) out.set("opacity", Math.round(100 * state.opacity));
  if (state.shared) out.set("scale", "shared");
  if (state.pressing !== DEFAULTS.pressing) out.set("pressing", state.pressing);
  state.panels.forEach((panel, i) => {
    const key = (name) => (i ? `${name}${i + 1}` : name);
    const place = (p) => `${Math.floor(p / panel.w) + 1}.${(p % panel.w) + 1}`;
    const picture = panel.picture ?? settings.samples[i].name; // instead of a reader's own
    if (i || picture !== settings.samples[0].name) out.set(key("picture"), picture);
    if (panel.chosen !== null) out.set(key("class"), panel.chosen);
    if (panel.asked !== null) out.set(key("position"), place(panel.asked));
    if (panel.covered.length) out.set(key("covered"), panel.covered.map(place).join(","));
  });
  return out.toString().replaceAll("%2C", ",");
}

/** The inverse, → {state, strange: what the link names and this page does not have}. */
export function fromHash(hash, settings) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const strange = [];
  const one = (name, allowed, otherwise) => {
    const value = given.get(name);
    if (value === null) return otherwise;
    if (allowed.includes(value)) return value;
    strange.push(`${name} “${value.slice(0, 40)}”`);
    return otherwise;
  };
  const whole = (name, most) => {
    const value = given.get(name);
    if (value === null) return null;
    if (/^\d{1,4}$/.test(value) && Number(value) <= most) return Number(value);
    strange.push(`${name} “${value.slice(0, 40)}”`);
    return null;
  };
  const names = (list) => list.map(({ name }) => name);
  const network = one("network", names(settings.networks), settings.networks[0].name);
  const told = settings.networks.find(({ name }) => name === network);
  const [h, w] = told.map;
  const places = (name) =>
    (given.get(name) ?? "")
      .split(",")
      .filter(Boolean)
      .slice(0, h * w)
      .flatMap((text) => {
        const [row, column] = /^\d{1,2}\.\d{1,2}$/.test(text) ? text.split(".").map(Number) : [0, 0];
        if (row >= 1 && row <= h && column >= 1 && column <= w) return [(row - 1) * w + column - 1];
        strange.push(`${name} “${text.slice(0, 40)}”`);
        return [];
      });
  const panel = (end, otherwise) => ({
    picture: one(`picture${end}`, names(settings.samples), otherwise),
    chosen: whole(`class${end}`, told.classes - 1),
    asked: places(`position${end}`)[0] ?? null,
    covered: places(`covered${end}`),
  });
  const percent = whole("opacity", 100);
  const panels = [panel("", settings.samples[0].name)];
  if (given.has("picture2")) panels.push(panel("2", settings.samples[1].name));
  const state = {
    network,
    method: one("method", names(settings.methods), DEFAULTS.method),
    part: one("part", ["middle", "whole"], DEFAULTS.part),
    opacity: percent === null ? settings.opacity : percent / 100,
    shared: one("scale", ["shared", "own"], "own") === "shared",
    pressing: one("pressing", ["ask", "cover"], DEFAULTS.pressing),
    panels,
  };
  return { state, strange };
}
