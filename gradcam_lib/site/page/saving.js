// What is shown as one PNG: each panel's picture with its scale and its words, side by side.

import { strip } from "./maps.js";

const MARGIN = 16,
  LINE = 20,
  BAR = 12;

/** panels: those on the page → Blob. */
export async function asPng(panels, settings) {
  const side = settings.side;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const font = (bold) => `${bold ? "bold " : ""}14px system-ui, sans-serif`;
  context.font = font(false);
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
    context.font = font(false);
    ["low", "middle", "high"].forEach((name, j) => {
      context.textAlign = ["left", "center", "right"][j];
      context.fillText(panel.part(name).textContent, left + (j * side) / 2, top);
    });
    context.textAlign = "left";
    texts[i].forEach((line, j) => {
      context.font = font(!j);
      context.fillText(line, left, top + LINE * (j + 1));
    });
  });
  return new Promise((done) => canvas.toBlob(done, "image/png"));
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

/** The words beneath a picture, broken into lines that fit. */
function lines(context, panel, side) {
  const out = [];
  for (const text of ["title", "facts", "weak"].map((name) => panel.part(name).textContent)) {
    let line = "";
    for (const word of text.split(" ")) {
      const longer = line ? `${line} ${word}` : word;
      if (context.measureText(longer).width > side - 8 && line) {
        out.push(line);
        line = word;
      } else line = longer;
    }
    if (line) out.push(line);
  }
  return out;
}
