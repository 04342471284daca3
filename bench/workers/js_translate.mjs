// The leanest translation one would write by hand: no key is checked, no account chosen, nothing
// validated, no tools, no retries. One read, one write; V8's own JSON.
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const kReasons = { STOP: 'stop', MAX_TOKENS: 'length', SAFETY: 'content_filter' };

function partOf(part) {
  if (part.type === 'text') return { text: part.text };
  const { url } = part.image_url; // data:image/png;base64,...
  const comma = url.indexOf(',');
  return { inlineData: { mimeType: url.slice(5, url.indexOf(';')), data: url.slice(comma + 1) } };
}

const partsOf = (content) =>
  typeof content === 'string' ? [{ text: content }] : content.map(partOf);

function geminiRequest({ messages, temperature, top_p, max_tokens }) {
  const request = { contents: [] };
  for (const { role, content } of messages) {
    if (role === 'system') request.systemInstruction = { parts: partsOf(content) };
    else {
      request.contents.push({
        role: role === 'assistant' ? 'model' : 'user',
        parts: partsOf(content),
      });
    }
  }
  request.generationConfig = { temperature, topP: top_p, maxOutputTokens: max_tokens };
  return JSON.stringify(request);
}

const textOf = ({ content }) => content?.parts?.map(({ text }) => text).join('') ?? '';

const usageOf = (usage) => ({
  prompt_tokens: usage.promptTokenCount,
  completion_tokens: usage.candidatesTokenCount,
  total_tokens: usage.totalTokenCount,
});

async function translateStream(from, to, head) {
  const reader = from.getReader();
  const writer = to.getWriter();
  const text = new TextDecoder();
  let kept = '';
  let role = 'assistant';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    kept += text.decode(value, { stream: true });
    let out = '';
    let end;
    while ((end = kept.indexOf('\r\n\r\n')) >= 0) {
      const { candidates, usageMetadata } = JSON.parse(kept.slice(6, end));
      kept = kept.slice(end + 4);
      const [candidate] = candidates;
      const finish_reason = kReasons[candidate.finishReason] ?? null;
      const chunk = {
        ...head,
        choices: [{ index: 0, delta: { role, content: textOf(candidate) }, finish_reason }],
      };
      if (finish_reason) chunk.usage = usageOf(usageMetadata);
      role = undefined;
      out += `data: ${JSON.stringify(chunk)}\n\n`;
    }
    if (out) await writer.write(encoder.encode(out));
  }
  await writer.write(encoder.encode('data: [DONE]\n\n'));
  await writer.close();
}

function wholeAnswer({ candidates, usageMetadata }, head) {
  const [candidate] = candidates;
  const message = { role: 'assistant', content: textOf(candidate) };
  const finish_reason = kReasons[candidate.finishReason] ?? null;
  return { ...head, choices: [{ index: 0, message, finish_reason }], usage: usageOf(usageMetadata) };
}

export default {
  async fetch(request, env, ctx) {
    const chat = JSON.parse(decoder.decode(await request.arrayBuffer()));
    const verb = chat.stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
    const answer = await fetch(`${env.UPSTREAM}/v1beta/models/${chat.model}:${verb}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: geminiRequest(chat),
    });
    const head = {
      id: `chatcmpl-${crypto.randomUUID()}`,
      object: chat.stream ? 'chat.completion.chunk' : 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model: chat.model,
    };
    if (!chat.stream) return Response.json(wholeAnswer(await answer.json(), head));
    const { readable, writable } = new IdentityTransformStream();
    ctx.waitUntil(translateStream(answer.body, writable, head));
    return new Response(readable, { headers: { 'content-type': 'text/event-stream' } });
  },
};
