// The state of the page in its address, so that a teacher can send a link. Defaults are left out.

import { Link } from "../link.js";

const FIELDS = {
  skew: ({ skews }) => skews.map(({ name }) => name),
  beside: ({ skews }) => ["none", ...skews.map(({ name }) => name)],
  person: ({ people }) => people.map((_, i) => String(i + 1)),
  map: ({ names }) => ["said", ...names],
  method: ({ methods }) => methods.map(({ name }) => name),
  opacity: () => Array.from({ length: 101 }, (_, percent) => String(percent)),
  scale: () => ["shared", "own"],
};

const defaults = (settings) => ({
  skew: settings.balanced,
  beside: settings.balanced,
  person: "1",
  map: "said",
  method: settings.methods[0].name,
  opacity: String(Math.round(100 * settings.opacity)),
  scale: "shared",
});

/** view: {skew, beside (a number or null), person, class (a number or null), method, opacity (0 … 1), shared}. */
export function toHash(view, settings) {
  const { skews, names } = settings;
  const told = {
    skew: skews[view.skew].name,
    beside: view.beside === null ? "none" : skews[view.beside].name,
    person: String(view.person + 1),
    map: view.class === null ? "said" : names[view.class],
    method: view.method,
    opacity: String(Math.round(100 * view.opacity)),
    scale: view.shared ? "shared" : "own",
  };
  const plain = defaults(settings);
  const out = new URLSearchParams(Object.entries(told).filter(([name, value]) => value !== plain[name]));
  return out.toString().replaceAll("%2F", "/");
}

/** The inverse, → {view, strange: what the link names and this page does not have}. */
export function fromHash(hash, settings) {
  const link = new Link(hash);
  const told = defaults(settings);
  for (const [name, allowed] of Object.entries(FIELDS)) told[name] = link.one(name, allowed(settings), told[name]);
  const number = (wanted) => settings.skews.findIndex(({ name }) => name === wanted);
  const view = {
    skew: number(told.skew),
    beside: told.beside === "none" ? null : number(told.beside),
    person: Number(told.person) - 1,
    class: told.map === "said" ? null : settings.names.indexOf(told.map),
    method: told.method,
    opacity: Number(told.opacity) / 100,
    shared: told.scale === "shared",
  };
  return { view, strange: link.strange };
}
