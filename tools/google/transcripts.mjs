// What a transcription model answers to sound: two turns with invented words, the second with a
// character of several bytes. Source: ai.google.dev "Audio understanding", the API reference of
// AudioTranscriptionConfig.
import { tokensIn } from './usage.mjs';

const turns = [['A', 'The stand-in hears nothing.'], ['B', 'Grüezi, nobody spoke.']];
const wordMs = 400;
const offset = (ms) => `${ms / 1000}s`;

export const hasSound = (request) => (request.contents ?? []).some((content) =>
  (content.parts ?? []).some((part) =>
    /^(audio|video)\//i.test((part.inlineData ?? part.fileData)?.mimeType ?? '')));

// One event for each turn; labels and word times only if the request wants them.
export function transcriptEvents(request) {
  const { diarization, wordTimestamp, languageCodes: [languageCode = 'en'] = [] } =
    request.generationConfig?.audioTranscriptionConfig ?? {};
  let now = 0;
  let spent = 0;
  const events = turns.map(([speakerLabel, text]) => {
    const words = text.split(' ').map((word) => {
      now += wordMs;
      return { word, startOffset: offset(now - wordMs), endOffset: offset(now) };
    });
    spent += tokensIn(text);
    const audioTranscription = { text, ...(diarization && { speakerLabel }),
      ...(wordTimestamp && { words }), languageCode };
    return { parts: [{ audioTranscription }], candidateTokens: spent, thoughtTokens: 0 };
  });
  events.at(-1).finishReason = 'STOP';
  return events;
}
