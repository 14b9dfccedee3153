// What every page keeps in its address, so that a teacher can send a link. Defaults are left out; rows and columns count
// from 1.

const METHOD = "grad_cam";

/** Position p as it stands in an address. */
export const place = (p, w) => `${Math.floor(p / w) + 1}.${(p % w) + 1}`;

/** Of a second panel the names of what is kept end in 2. */
export const keyOf = (name, i) => (i ? `${name}${i + 1}` : name);

const TOLD = 5; // of what is strange; a link may hold thousands of words

/** What an address says. */
export class Link {
  #refused = [];
  #known = new Set();

  constructor(hash) {
    this.given = new URLSearchParams(hash.replace(/^#/, ""));
  }

  /** What it names and this page does not have. Complete once everything has been asked for. */
  get strange() {
    const unknown = [...this.given.keys()].filter((name) => !this.#known.has(name));
    const all = [...this.#refused, ...unknown.map((name) => `“${name.slice(0, 40)}”`)];
    const rest = all.length - TOLD;
    return rest > 0 ? [...all.slice(0, TOLD), `and ${rest} more`] : all;
  }

  #refuse(name, value) {
    this.#refused.push(`${name} “${value.slice(0, 40)}”`);
  }

  #get(name) {
    this.#known.add(name);
    return this.given.get(name);
  }

  one(name, allowed, otherwise) {
    const value = this.#get(name);
    if (value === null) return otherwise;
    if (allowed.includes(value)) return value;
    this.#refuse(name, value);
    return otherwise;
  }

  /** A whole number from least to most, or null. */
  whole(name, most, least = 0) {
    const value = this.#get(name);
    if (value === null) return null;
    if (/^\d{1,4}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    this.#refuse(name, value);
    return null;
  }

  places(name, [h, w]) {
    const texts = (this.#get(name) ?? "").split(",").filter(Boolean);
    return texts.slice(0, h * w).flatMap((text) => {
      const [row, column] = /^\d{1,2}\.\d{1,2}$/.test(text) ? text.split(".").map(Number) : [0, 0];
      if (row >= 1 && row <= h && column >= 1 && column <= w) return [(row - 1) * w + column - 1];
      this.#refuse(name, text);
      return [];
    });
  }

  /** What is common to both panels of every page. */
  view(settings) {
    const percent = this.whole("opacity", 100);
    const methods = settings.methods.map(({ name }) => name);
    return {
      method: this.one("method", methods, METHOD),
      opacity: percent === null ? settings.opacity : percent / 100,
      shared: this.one("scale", ["shared", "own"], "own") === "shared",
    };
  }

  /** The ends of the names of each panel: one, or two where the address has a second picture. */
  get panels() {
    return this.given.has("picture2") ? [0, 1] : [0];
  }
}

/** The inverse of Link.view, into URLSearchParams. */
export function writeView(out, view, settings) {
  if (view.method !== METHOD) out.set("method", view.method);
  if (view.opacity !== settings.opacity) out.set("opacity", Math.round(100 * view.opacity));
  if (view.shared) out.set("scale", "shared");
}

/** Of all panels, the first of which shows the first sample unless it says otherwise. */
export function writePicture(out, picture, i, settings) {
  if (i || picture !== settings.samples[0].name) out.set(keyOf("picture", i), picture);
}

/** The address of the page holds this state, without another entry in the browser's history. */
export function keepAddress(hash) {
  if (location.hash === `#${hash}` || (!hash && !location.hash)) return;
  try {
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  } catch {
    // Safari allows a hundred changes in half a minute; the next one brings the address up to date
  }
}
