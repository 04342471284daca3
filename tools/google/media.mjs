// Pictures and sounds of the stand-in, small and made in code: a PNG of one colour, and a tone.
// Source: W3C "PNG Specification"; the sound is signed 16 bit little-endian PCM, mono, as Google's
// speech models send it.
import { deflateSync } from 'node:zlib';
import { hash } from './signatures.mjs';

const scale = 4;
const rate = 24000;
export const soundType = `audio/L16;codec=pcm;rate=${rate}`;

// Cyclic redundancy check of a PNG chunk (zlib's own is not in every Node 20).
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

// A PNG whose colour follows from the text. `aspectRatio` is like '16:9', 4 pixels to the unit.
export function makePng(text, aspectRatio = '1:1') {
  const [width, height] = aspectRatio.split(':').map((side) => Number(side) * scale);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB, deflate, no filters, not interlaced
  const row = Buffer.concat([Buffer.alloc(1), ...Array(width).fill(hash(text).subarray(0, 3))]);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(Array(height).fill(row)))),
    chunk('IEND', Buffer.alloc(0))]);
}

// A tone of 440 Hz in `count` pieces of whole samples; no piece is a multiple of three bytes, so
// that the base64 of one cannot be put behind that of another.
export function makeSound(count, samplesEach = 1201) {
  return Array.from({ length: count }, (_, piece) => {
    const bytes = Buffer.alloc(samplesEach * 2);
    for (let index = 0; index < samplesEach; index += 1) {
      const time = (piece * samplesEach + index) / rate;
      bytes.writeInt16LE(Math.round(8000 * Math.sin(2 * Math.PI * 440 * time)), index * 2);
    }
    return bytes;
  });
}
