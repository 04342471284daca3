// What the Worker and workerd print in a run: lines of JSON with known events, no secret, no prompt,
// no word of a crash.
import { kMark } from './texts.mjs';

const kLineBytes = 2048; // all lines of one request together
const kForbidden =
  /"ev":"trap"|Cannot perform I\/O|code had hung|will never generate a response|Uncaught|exception|\bunhandled|Network connection lost|terminate|Received signal/i;
const kMost = 20; // of one kind are kept

//   returns  {heard(line), problems(), counts: Map of event -> lines, ofRequest: Map of id -> line of
//            its end, linesOf: Map of id -> all its lines}
export function makeLogs(secrets) {
  const problems = [];
  const counts = new Map();
  const ofRequest = new Map();
  const linesOf = new Map();
  const say = (what, line) => {
    if (problems.length < kMost) problems.push(`${what}: ${line.slice(0, 600)}`);
  };
  function heard(line) {
    for (const name of secrets.in(line)) say(`the secret "${name}" in the log`, line);
    if (kMark.test(line)) say('words of a prompt in the log', line);
    if (kForbidden.test(line)) say('a line of the platform', line);
    let entry;
    try {
      entry = JSON.parse(line);
    } catch {
      return say('a line that is not JSON', line);
    }
    counts.set(entry.ev, (counts.get(entry.ev) ?? 0) + 1);
    if (typeof entry.ev !== 'string') return say('a line without an event', line);
    if (entry.id === undefined) return undefined;
    if (!linesOf.has(entry.id)) linesOf.set(entry.id, []);
    const lines = linesOf.get(entry.id);
    lines.push(line);
    const sum = lines.join('').length;
    if (sum > kLineBytes) say(`${sum} bytes of log for one request`, line);
    if (entry.ev !== 'req') return undefined;
    if (ofRequest.has(entry.id)) say('a request that ends twice', line);
    ofRequest.set(entry.id, entry);
    return undefined;
  }
  return { heard, problems: () => problems, counts, ofRequest, linesOf };
}
