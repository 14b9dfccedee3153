// A picture from a file to what the network sees: read safely, cut and resized exactly as the library does.

import { header } from "./headers.js";
import { resize } from "./resize.js";

/** What a reader is told; everything else is a mistake of ours. */
export class Refused extends Error {}

const LONGEST = 100; // times the square that is seen
const KINDS = "PNG, JPEG, WebP, GIF or BMP";

/** file: a Blob; limits: {bytes, pixels} → Picture. Errors: Refused, with a sentence. */
export async function openPicture(file, limits, name = file.name || "The picture") {
  const called = name.length > 60 ? `${name.slice(0, 57)}…` : name;
  if (!file.size) throw new Refused(`${called} is empty (0 bytes). Save or download it again.`);
  if (file.size > limits.bytes) {
    const most = Math.round(limits.bytes / 1e6);
    throw new Refused(
      `${called} has ${Math.round(file.size / 1e6)} MB, and the limit is ${most} MB. Make it smaller first.`,
    );
  }
  const { kind, width, height } = header(new Uint8Array(await file.arrayBuffer()));
  if (kind === "HEIC")
    throw new Refused(`${called} is a HEIC file, which browsers do not read. Save it as JPEG first.`);
  if (!kind) throw new Refused(`${called} is not a picture that can be read here. Give ${KINDS}.`);
  if (!(width * height)) throw new Refused(`${called} has no pixels (${width} × ${height}).`);
  if (width * height > limits.pixels) {
    const most = limits.pixels / 1e6;
    throw new Refused(
      `${called} has ${width} × ${height} pixels, and the limit is ${most} million. Make it smaller first.`,
    );
  }
  if (!pixelsAreTrue()) {
    throw new Refused(
      "This browser changes the pixels that a page reads, as a protection against being recognised. " +
        "Allow this page to read a canvas, or use another browser.",
    );
  }
  const options = { colorSpaceConversion: "none", imageOrientation: "from-image" };
  try {
    const older = () => createImageBitmap(file); // knows no options
    return new Picture(await createImageBitmap(file, options).catch(older));
  } catch {
    throw new Refused(`${called} is truncated or broken. Save or download it again.`);
  }
}

/** Whether what is drawn on a canvas is what is read from it. */
function pixelsAreTrue() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const drawn = new ImageData(32, 32);
  for (let i = 0; i < drawn.data.length; i++) drawn.data[i] = i % 4 === 3 ? 255 : (37 * i) % 251;
  context.putImageData(drawn, 0, 0);
  const read = context.getImageData(0, 0, 32, 32).data;
  return read.every((value, i) => value === drawn.data[i]);
}

export class Picture {
  constructor(bitmap) {
    this.bitmap = bitmap;
    this.width = bitmap.width;
    this.height = bitmap.height;
  }

  /** It is needed no more: its pixels, up to 200 MB, go at once. */
  close() {
    this.bitmap.close();
  }

  /** Whether it can be seen. Errors: Refused, where a long, narrow picture would grow beyond all measure. */
  check(transform, crop) {
    const [width, height] = place(this.width, this.height, crop, transform.resize, transform.crop).size;
    if (Math.max(width, height) <= LONGEST * transform.crop) return;
    throw new Refused(
      `${this.width} × ${this.height} pixels: too long and narrow for the middle square. ` +
        "Choose “whole picture” first.",
    );
  }

  /** The square that the network sees: {rgb: Uint8Array (S · S · 3), side, inside: the part that is no margin}. */
  seen(transform, crop) {
    this.check(transform, crop);
    const side = transform.crop;
    const { size, left, top } = place(this.width, this.height, crop, transform.resize, side);
    const small = resize(this.#reader(), this.width, this.height, ...size, transform.filter);
    const rgb = new Uint8Array(side * side * 3);
    const inside = { x0: Math.max(-left, 0), y0: Math.max(-top, 0) };
    inside.x1 = Math.min(inside.x0 + size[0], side);
    inside.y1 = Math.min(inside.y0 + size[1], side);
    for (let i = 0; i < side * side; i++) rgb.set(transform.margin, 3 * i);
    for (let y = inside.y0; y < inside.y1; y++) {
      const from = ((y + top) * size[0] + inside.x0 + left) * 3;
      rgb.set(small.subarray(from, from + 3 * (inside.x1 - inside.x0)), (y * side + inside.x0) * 3);
    }
    return { rgb, side, inside };
  }

  /** Rows as RGBA, whatever is transparent on white. */
  #reader() {
    const canvas = document.createElement("canvas");
    canvas.width = this.width;
    return (y, n) => {
      canvas.height = n; // which also clears it
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.fillStyle = "white";
      context.fillRect(0, 0, this.width, n);
      context.drawImage(this.bitmap, 0, -y);
      return context.getImageData(0, 0, this.width, n).data;
    };
  }
}

/** The same view at another size in pixels. */
export function atSize(transform, side) {
  const larger = evenRound((transform.resize * side) / transform.crop);
  return { ...transform, crop: side, resize: Math.max(side, larger) };
}

/** Size of the whole picture once it is resized, and where the square begins in it; negative: a margin. */
export function place(width, height, crop, resizeTo, side) {
  if (crop === "whole") {
    const size = [width, height].map((edge) => Math.max(1, evenRound((side * edge) / Math.max(width, height))));
    return { size, left: Math.floor((size[0] - side) / 2), top: Math.floor((size[1] - side) / 2) };
  }
  const long = Math.trunc((resizeTo * Math.max(width, height)) / Math.min(width, height));
  const size = width <= height ? [resizeTo, long] : [long, resizeTo];
  return { size, left: evenRound((size[0] - side) / 2), top: evenRound((size[1] - side) / 2) };
}

/** Python's round: a half goes to the even neighbour. */
export function evenRound(value) {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 ? down + 1 : down;
}

/** → x (3, S, S), normalised; margins are zero. */
export function toInput({ rgb, side, inside }, { mean, std }) {
  const x = new Float32Array(3 * side * side);
  for (let c = 0; c < 3; c++) {
    for (let row = inside.y0; row < inside.y1; row++) {
      for (let column = inside.x0; column < inside.x1; column++) {
        const i = row * side + column;
        x[c * side * side + i] = (rgb[3 * i + c] / 255 - mean[c]) / std[c];
      }
    }
  }
  return x;
}
