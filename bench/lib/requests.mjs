// The OpenAI requests that all four Workers get.
import { requestOf } from './client.mjs';

const kModel = 'gemini-2.5-flash';
const kLine = 'A line of what somebody wants to know, with a \\"quote\\" and an é in it.\\n';

const chat = (stream, content) =>
  requestOf(`{"model":"${kModel}","stream":${stream},"messages":[{"role":"user",` +
    `"content":${content}}]}`);

// About `bytes` of text, or of an image in base64, for a stream in answer.
export const textOf = (bytes) =>
  chat(true, `"${kLine.repeat(Math.ceil(bytes / kLine.length))}"`);

export function imageOf(bytes) {
  const data = Buffer.alloc(Math.floor((bytes * 3) / 4), 'an image, by and large').toString('base64');
  return chat(
    true,
    '[{"type":"text","text":"What is it?"},{"type":"image_url","image_url":' +
      `{"url":"data:image/png;base64,${data}"}}]`,
  );
}

export const smallStream = () => chat(true, '"Say something, please."');
export const smallWhole = () => chat(false, '"Say something, please."');
