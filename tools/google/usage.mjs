// What a request and an answer cost in tokens. All numbers are estimates, and the same for the same
// request: four bytes of text are a token, an image or a file is as many as Google counts for one.
import { builtInTools } from './builtins.mjs';

const mediaTokens = 258;
const cachedTokens = 1024;
const toolTokens = 64;
const pcmBytesPerToken = 1920; // 25 tokens for a second of 24 kHz, 16 bit

export const imageTokens = 1290;
export const tokensIn = (text) => Math.max(1, Math.ceil(Buffer.byteLength(text) / 4));
export const tokensOfSound = (bytes) => Math.ceil(bytes / pcmBytesPerToken);
export const sumOf = (details) => details.reduce((sum, { tokenCount }) => sum + tokenCount, 0);

const modalities = [[/^audio\//i, 'AUDIO'], [/^video\//i, 'VIDEO'], [/pdf$|^text\//i, 'DOCUMENT']];

function modalityOf(media) {
  const found = modalities.find(([pattern]) => pattern.test(media.mimeType ?? ''));
  return found?.[1] ?? 'IMAGE';
}

// Tokens of everything that is sent, by modality: [{modality, tokenCount}], text first.
export function countPrompt(request) {
  const contents = [...(request.contents ?? []), request.systemInstruction ?? {}];
  const parts = contents.flatMap((content) => content.parts ?? []);
  const nested = parts.flatMap((part) => part.functionResponse?.parts ?? []);
  const media = [...parts, ...nested].map((part) => part.inlineData ?? part.fileData)
    .filter(Boolean);
  const rest = parts.filter((part) => !part.inlineData && !part.fileData);
  const text = rest.map((part) => part.text ?? JSON.stringify(part)).join(' ');
  const tools = request.tools ? JSON.stringify(request.tools) : '';
  const cached = request.cachedContent ? cachedTokens : 0;
  const details = [{ modality: 'TEXT', tokenCount: tokensIn(text + tools) + cached }];
  for (const each of media) {
    const modality = modalityOf(each);
    const known = details.find((entry) => entry.modality === modality);
    if (known) known.tokenCount += mediaTokens;
    else details.push({ modality, tokenCount: mediaTokens });
  }
  return details;
}

// The part of the usage that every event of an answer repeats:
//   {prompt: [{modality, tokenCount}], cached, tools, tier}; cached tokens are part of the prompt's
export function promptUsage(request) {
  return {
    prompt: countPrompt(request),
    cached: request.cachedContent ? cachedTokens : 0,
    tools: builtInTools(request).length > 0 ? toolTokens : 0,
    tier: request.serviceTier?.toLowerCase(),
  };
}

// `usageMetadata` of an event, with the members in Google's order.
//   event  {candidateTokens, thoughtTokens, details?: [{modality, tokenCount}]}
export function usageOf({ prompt, cached, tools, tier }, event) {
  const { candidateTokens, thoughtTokens, details } = event;
  const promptTokenCount = sumOf(prompt);
  const text = (tokenCount) => [{ modality: 'TEXT', tokenCount }];
  const usage = { promptTokenCount };
  if (cached > 0) usage.cachedContentTokenCount = cached;
  if (candidateTokens > 0) usage.candidatesTokenCount = candidateTokens;
  usage.totalTokenCount = promptTokenCount + candidateTokens + thoughtTokens + tools;
  usage.promptTokensDetails = prompt;
  if (cached > 0) usage.cacheTokensDetails = text(cached);
  if (details) usage.candidatesTokensDetails = details;
  if (tools > 0) {
    usage.toolUsePromptTokenCount = tools;
    usage.toolUsePromptTokensDetails = text(tools);
  }
  if (thoughtTokens > 0) usage.thoughtsTokenCount = thoughtTokens;
  if (tier) usage.serviceTier = tier === 'unspecified' ? 'standard' : tier;
  return usage;
}
