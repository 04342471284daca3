// Google's own tools: search, maps, URL context and code execution. Nothing is searched, fetched or
// run; the answers only have the shape of real ones.
// Source: ai.google.dev "Grounding with Google Search", "Code execution"; recorded answers.
import { hash, signPart } from './signatures.mjs';

const sources = [
  { title: 'stand-in.invalid', uri: 'https://stand-in.invalid/weather' },
  { title: 'Bücher – stand-in.invalid', uri: 'https://stand-in.invalid/books?a=1&b=2' },
];
const found = [
  { text: 'It is 21 °C in Zürich.', chunks: [0] },
  { text: 'Nobody looked it up.', chunks: [0, 1] },
];
const sentences = found.map(({ text }) => text).join(' ');
export const foundText = ` The search – made up – says: ${sentences}`;

// Names of the built-in tools of a request.
export const builtInTools = (request) => (request.tools ?? []).flatMap((tool) =>
  Object.keys(tool).filter((name) => name !== 'functionDeclarations'));

export const searches = (request) => builtInTools(request)
  .some((name) => ['googleSearch', 'googleSearchRetrieval', 'googleMaps'].includes(name));

// The parts that stand before the text: code that was "run", and the search if the request wants to
// see the calls of the service's own tools.
export function toolEvents(request, prompt, context) {
  const tools = builtInTools(request);
  const events = [];
  if (tools.includes('googleSearch') && request.toolConfig?.includeServerSideToolInvocations) {
    events.push(searchParts(prompt, context));
  }
  if (tools.includes('codeExecution') && /\bcompute\b/i.test(prompt)) {
    events.push(...codeParts(prompt, context));
  }
  return events.map((parts) => ({ parts }));
}

function searchParts(prompt, { options, serial }) {
  const id = hash(`search ${serial}`).toString('hex').slice(0, 8);
  const toolType = 'GOOGLE_SEARCH_WEB';
  const thoughtSignature = signPart(options.route, '', `${serial}`);
  return [
    { thoughtSignature, toolCall: { toolType, args: { queries: [prompt] }, id } },
    { thoughtSignature, toolResponse: { toolType, response: { search_suggestions: '' }, id } },
  ];
}

function codeParts(prompt, { family, options, serial }) {
  const id = family.generation >= 3 && options.ids !== false
    ? { id: hash(`code ${serial}`).toString('hex').slice(0, 8) } : {};
  const fails = /\bfail/i.test(prompt);
  const code = fails ? 'print(6 / 0)\n' : 'print(6 * 7)\n';
  const result = fails
    ? { outcome: 'OUTCOME_FAILED', output: 'ZeroDivisionError: division by zero\n' }
    : { outcome: 'OUTCOME_OK', output: '42\n' };
  return [[{ executableCode: { language: 'PYTHON', code, ...id } }],
    [{ codeExecutionResult: { ...result, ...id } }]];
}

// What the last event says about the sources of the text, as members of the candidate; {} without
// tools that have sources.
export function sourcesOf(request, prompt, said) {
  const members = {};
  const tools = builtInTools(request);
  if (searches(request)) members.groundingMetadata = grounding(tools, prompt, said);
  if (tools.includes('urlContext')) {
    const urls = prompt.match(/https?:\/\/[^\s"<>]+/g) ?? [];
    members.urlContextMetadata = { urlMetadata: urls.map((retrievedUrl) =>
      ({ retrievedUrl, urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS' })) };
  }
  return members;
}

function grounding(tools, prompt, said) {
  const isMap = tools.includes('googleMaps');
  const groundingChunks = sources.map((source, index) =>
    (isMap ? { maps: { ...source, placeId: `places/stand-in-${index}` } } : { web: source }));
  const metadata = { groundingChunks, groundingSupports: supports(said) };
  if (isMap) return metadata;
  return { ...metadata, searchEntryPoint: { renderedContent: '<div>stand-in</div>\n' },
    webSearchQueries: [prompt] };
}

// The sentences of the search, or the whole answer where they are not in it (JSON, a cut answer).
// Offsets count UTF-8 bytes of the answer's text; one of 0 is left out, as in Google's JSON.
function supports(said) {
  const known = found.filter(({ text }) => said.includes(text));
  const cited = known.length > 0 || said === '' ? known : [{ text: said, chunks: [0] }];
  return cited.map(({ text, chunks }) => {
    const startIndex = Buffer.byteLength(said.slice(0, said.lastIndexOf(text)));
    const endIndex = startIndex + Buffer.byteLength(text);
    return { segment: { ...(startIndex > 0 && { startIndex }), endIndex, text },
      groundingChunkIndices: chunks };
  });
}
