// What every page with panels does: it begins, shows one panel or two, keeps its state in the address, and saves.

import { connect, keep, offer } from "./controls.js";
import { say } from "./messages.js";
import { Refused, openPicture } from "./picture.js";
import { copyLink, save } from "./saving.js";

const part = (id) => document.getElementById(id);

/** A page extends it by: newPanel, fromHash, toHash, fill, second, prepare and, where they are needed, load and keep. */
export class App {
  /** file: what the page must know. */
  constructor(file) {
    Object.assign(this, { file, settings: null, panels: [], active: 0, view: {}, arriving: 0 });
  }

  get method() {
    return this.settings.methods.find(({ name }) => name === this.view.method);
  }

  async start() {
    try {
      const response = await fetch(this.file);
      if (!response.ok) throw new Error(response.status);
      this.settings = await response.json();
    } catch {
      return say(`The page is incomplete: ${this.file} did not arrive.`, "Problem", () => this.start());
    }
    offer(this);
    connect(this);
    this.prepare();
    for (const section of document.querySelectorAll("main section")) section.hidden = false;
    say("");
    await this.goTo(location.hash);
  }

  /** An old message goes. */
  hush() {
    say("");
  }

  async load() {}

  keep() {}

  // ---- what is shown -------------------------------------------------------------------------------------------------

  draw() {
    const seen = this.panels.filter((panel) => panel.seen);
    const end = this.view.shared ? Math.max(0, ...seen.map((panel) => panel.shared())) : 0;
    seen.forEach((panel) => panel.draw(end));
    keep(this);
  }

  /** The state that an address describes. The address stays as it is until all has come: a reload must not lose it. */
  async goTo(hash) {
    this.arriving++;
    try {
      return await this.#goTo(hash);
    } finally {
      this.arriving--;
      keep(this);
    }
  }

  async #goTo(hash) {
    this.hush();
    const { state, strange } = this.fromHash(hash);
    const { panels, ...view } = state;
    Object.assign(this.view, view);
    this.#trim(panels.length);
    while (this.panels.length < panels.length) this.#add();
    part("panels").classList.toggle("pair", panels.length > 1);
    this.activate(0);
    const loaded = this.load(); // networks and pictures are on their way at once
    const problems = await Promise.all(panels.map((wanted, i) => this.fill(this.panels[i], wanted)));
    await loaded;
    return { problem: problems.find(Boolean), strange };
  }

  /** A picture that the page offers becomes that of the active panel. */
  pick(picture) {
    this.hush();
    return this.fill(this.panels[this.active], { picture });
  }

  /** Errors: Refused. */
  async picture(sample) {
    const response = await fetch(`samples/${sample.file}`).catch(() => ({}));
    if (!response.ok) throw new Refused(`The picture ${sample.label} did not arrive.`);
    return openPicture(await response.blob(), this.settings.limits, sample.label);
  }

  // ---- panels --------------------------------------------------------------------------------------------------------

  activate(i) {
    this.active = i;
    this.panels.forEach((panel, j) => panel.root.classList.toggle("active", this.panels.length > 1 && i === j));
    keep(this);
  }

  #trim(n) {
    while (this.panels.length > n) this.panels.pop().root.remove();
  }

  #add() {
    const panel = this.newPanel();
    const i = this.panels.push(panel) - 1;
    panel.root.setAttribute("aria-label", ["First picture", "Second picture"][i]);
    panel.root.addEventListener("focusin", () => this.active !== i && this.activate(i));
    part("panels").append(panel.root);
    return panel;
  }

  /** One panel or two. */
  async setPanels(n) {
    this.#trim(n);
    part("panels").classList.toggle("pair", n > 1);
    if (this.panels.length < n) {
      const wanted = this.second(this.panels[0]);
      const panel = this.#add();
      this.activate(this.panels.length - 1);
      await this.fill(panel, wanted);
    } else this.activate(Math.min(this.active, n - 1));
    this.draw();
  }

  // ---- keeping -------------------------------------------------------------------------------------------------------

  save() {
    if (!this.panels.every((panel) => panel.seen)) return say("There is no map yet.", "Note");
    const names = this.panels.map((panel) => `${panel.source.name ?? "own"}_${panel.name}`);
    save(this.panels, this.settings, `${names.join("_and_")}_${this.view.method}`);
  }

  copyLink() {
    const own = this.panels.some((panel) => panel.source?.name === null);
    return copyLink(own ? " Your own picture is not in it: who opens it sees a sample." : "");
  }
}
