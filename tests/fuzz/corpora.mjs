// Seeds that are not checked in: the golden cases, and the corpora that may lie beside the checkout
// (PROXY_SHARED names their parent folder, else ../shared).
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (path) => readFileSync(path);
const settings = (lines) => (path) => Buffer.concat([Buffer.from(lines), read(path)]);

// A schema in each place where a chat request or a test suite may hold one.
function schemasOf(path) {
  const document = JSON.parse(readFileSync(path, 'utf8'));
  const found = [];
  for (const group of Array.isArray(document) ? document : []) found.push(group.schema);
  for (const tool of document.tools ?? []) found.push(tool.function?.parameters);
  found.push(document.response_format?.json_schema?.schema);
  return found.filter((schema) => schema !== undefined).map((schema) => JSON.stringify(schema));
}

// A JSON array of tests, each with a stream.
function streamsOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).map(({ stream }) => `u\n\n${stream}`);
}

// Lines of a file of naughty strings.
const textLines = (path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));

const plain = settings('\n');
const cut = settings('u\n\x05z\n'); // by two, one long and one short, over and over
const refused = settings('400\n\ngemini-3.5-flash\n');

// Target, files, and what an input is made of each of them.
const kGolden = [
  ['chat', 'tests/golden/openai_chat/*/request.json', plain],
  ['sse', 'tests/golden/openai_chat/*/upstream.sse', cut],
  ['schema', 'tests/golden/openai_chat/*/request.json', schemasOf],
];
const kCorpora = [
  ['chat', 'recorded-traffic/chat/*.request.json', plain],
  ['cursor', 'JSONTestSuite/test_*/*.json', read],
  ['cursor', 'blns/blns.json', read],
  ['google_error', 'gemini-recordings/googleai/*failure*.json', refused],
  ['schema', 'recorded-traffic/chat/*.request.json', schemasOf],
  ['schema', 'JSON-Schema-Test-Suite/tests/**/*.json', schemasOf],
  ['sse', 'recorded-traffic/gemini-stream/*.response.sse', cut],
  ['sse', 'recorded-traffic/gemini-generate/*.response.json', settings('\n\n')],
  ['sse', 'gemini-recordings/googleai/*.txt', cut],
  ['sse', 'wpt-eventsource/cases.json', streamsOf],
  ['utf8', 'blns/blns.txt', textLines],
];

// Writes them anew below `folder`, a folder for each target.
//   longest  longer inputs are left out: { chat: 4096, ... }
//   returns  how many, by target
export function addSeeds(root, folder, longest) {
  const shared = join(process.env.PROXY_SHARED ?? join(root, '..', 'shared'), 'corpora');
  const sources = kGolden
    .map((source) => [root, ...source])
    .concat(kCorpora.map((source) => [shared, ...source]));
  const counts = {};
  rmSync(folder, { recursive: true, force: true });
  for (const [target, most] of Object.entries(longest)) {
    mkdirSync(join(folder, target), { recursive: true });
    const seen = new Set();
    for (const [base, of, files, make] of sources) {
      if (of !== target || !existsSync(base)) continue;
      const texts = globSync(files, { cwd: base }).flatMap((path) => make(join(base, path)));
      for (const bytes of texts.map((text) => Buffer.from(text))) {
        const key = bytes.toString('latin1');
        if (bytes.length > most || seen.has(key)) continue;
        seen.add(key);
        writeFileSync(join(folder, target, String(seen.size)), bytes);
      }
    }
    counts[target] = seen.size;
  }
  return counts;
}
