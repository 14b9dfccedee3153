// What a file says of itself in its first bytes, before anything decodes it: a bomb of a few kilobytes may unfold into
// gigabytes of pixels, and a name proves nothing.

const text = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));
const little = (bytes, at, n) => bytes.subarray(at, at + n).reduceRight((sum, byte) => sum * 256 + byte, 0);
const big = (bytes, at, n) => bytes.subarray(at, at + n).reduce((sum, byte) => sum * 256 + byte, 0);

/** → {kind, width, height}; kind is "" for what is no picture that can be read, "HEIC" for one that few browsers read. */
export function header(bytes) {
  if (text(bytes, 1, 4) === "PNG") return { kind: "PNG", width: big(bytes, 16, 4), height: big(bytes, 20, 4) };
  if (text(bytes, 0, 4) === "GIF8") return { kind: "GIF", width: little(bytes, 6, 2), height: little(bytes, 8, 2) };
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpeg(bytes);
  if (text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 12) === "WEBP") return webp(bytes);
  if (text(bytes, 0, 2) === "BM" && little(bytes, 14, 4) >= 40) return bmp(bytes);
  if (text(bytes, 4, 8) === "ftyp" && /^(hei|hev|mif1|msf1)/.test(text(bytes, 8, 12))) return { kind: "HEIC" };
  return { kind: "" };
}

/** The size stands in the first of the segments SOF0 to SOF15 that describes a picture. */
function jpeg(bytes) {
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return { kind: "" };
    const marker = bytes[at + 1];
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { kind: "JPEG", height: big(bytes, at + 5, 2), width: big(bytes, at + 7, 2) };
    }
    at += marker === 0xff ? 1 : 2 + big(bytes, at + 2, 2);
  }
  return { kind: "" };
}

function webp(bytes) {
  const kind = "WebP";
  switch (text(bytes, 12, 16)) {
    case "VP8X":
      return { kind, width: 1 + little(bytes, 24, 3), height: 1 + little(bytes, 27, 3) };
    case "VP8L": {
      const both = little(bytes, 21, 4);
      return { kind, width: 1 + (both % 16384), height: 1 + (Math.floor(both / 16384) % 16384) };
    }
    case "VP8 ":
      return { kind, width: little(bytes, 26, 2) % 16384, height: little(bytes, 28, 2) % 16384 };
    default:
      return { kind: "" };
  }
}

function bmp(bytes) {
  const signed = (at) => little(bytes, at, 4) | 0;
  return { kind: "BMP", width: Math.abs(signed(18)), height: Math.abs(signed(22)) };
}
