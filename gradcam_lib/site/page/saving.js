// What a reader keeps: what is shown as one PNG, each panel's picture with its scale and its words, and a link.

import { element } from "./element.js";
import { strip } from "./maps.js";
import { say } from "./messages.js";

const MARGIN = 16,
  LINE = 20,
  BAR = 12;

/** Saves panels under a name, of which only letters and numbers are kept. */
export function save(panels, settings, name) {
  const link = element("a");
  link.href = URL.createObjectURL(asPng(panels, settings));
  link.download = `${name.replace(/[^\w]+/g, "_")}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Copies the address of the page. less: what it does not hold, or "". */
export async function copyLink(less = "") {
  try {
    await navigator.clipboard.writeText(location.href);
    say(`The link is copied.${less}`, "Note");
  } catch {
    say(`Copy the address of this page from the browser's address bar.${less}`, "Note");
  }
}

/** panels: those on the page → Blob. */
export function asPng(panels, settings) {
  const side = settings.side;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const texts = panels.map((panel) => lines(context, panel, side));
  canvas.width = MARGIN + panels.length * (side + MARGIN);
  canvas.height = 3 * MARGIN + side + BAR + LINE * (2 + Math.max(...texts.map((text) => text.length)));
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = "top";
  panels.forEach((panel, i) => {
    const left = MARGIN + i * (side + MARGIN);
    let top = MARGIN;
    context.drawImage(panel.stage.canvas, left, top);
    if (panel.asked !== null) frame(context, panel, left, top, side);
    top += side + MARGIN / 2;
    const gradient = context.createLinearGradient(left, 0, left + side, 0);
    strip(panel.app.method.kind, settings.colours).forEach((c, j, all) =>
      gradient.addColorStop(j / (all.length - 1), c),
    );
    context.fillStyle = gradient;
    context.fillRect(left, top, side, BAR);
    top += BAR + 4;
    context.fillStyle = "#222";
    context.font = font("");
    ["low", "middle", "high"].forEach((name, j) => {
      context.textAlign = ["left", "center", "right"][j];
      context.fillText(panel.part(name).textContent, left + (j * side) / 2, top);
    });
    context.textAlign = "left";
    texts[i].forEach(({ line, name }, j) => {
      context.font = font(name);
      context.fillText(line, left, top + LINE * (j + 1));
    });
  });
  // Not toBlob: Chromium writes its file when it has nothing else to do, which can take seven seconds.
  const bytes = atob(canvas.toDataURL("image/png").split(",")[1]);
  return new Blob([Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))], { type: "image/png" });
}

/** Around the position that was asked: white between two dark lines, as on the page. */
function frame(context, { asked, seen }, left, top, side) {
  const { h, w } = seen.network;
  const box = [left + ((asked % w) * side) / w, top + (Math.floor(asked / w) * side) / h, side / w, side / h];
  for (const [colour, width] of [
    ["#000", 6],
    ["#fff", 3],
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.strokeRect(box[0] + 3, box[1] + 3, box[2] - 6, box[3] - 6);
  }
}

const font = (name) => `${name === "title" ? "bold " : ""}14px system-ui, sans-serif`;

/** The words beneath a picture, broken into lines that fit: {line, name of the part}. */
function lines(context, panel, side) {
  const out = [];
  for (const name of ["title", "facts", "weak"]) {
    context.font = font(name);
    let line = "";
    for (const word of panel.part(name).textContent.split(" ")) {
      const longer = line ? `${line} ${word}` : word;
      if (context.measureText(longer).width > side - 8 && line) {
        out.push({ line, name });
        line = word;
      } else line = longer;
    }
    if (line) out.push({ line, name });
  }
  return out;
}
