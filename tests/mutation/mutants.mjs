// Small faults that a programmer makes, as changes of one place in a C++ file.
import { blanked } from '../layout/functions.mjs';

// [name, what it looks for in code without comments and strings, what stands there instead]
const kKinds = [
  ['equal', / == /g, ' != '],
  ['unequal', / != /g, ' == '],
  ['less', / < /g, ' <= '],
  ['at most', / <= /g, ' < '],
  ['greater', / > /g, ' >= '],
  ['at least', / >= /g, ' > '],
  ['and', / && /g, ' || '],
  ['or', / \|\| /g, ' && '],
  ['plus', / \+ /g, ' - '],
  ['minus', / - /g, ' + '],
  ['times', /(?<=[\w)]) \* (?=[\w(])/g, ' / '],
  ['true', /\btrue\b/g, 'false'],
  ['false', /\bfalse\b/g, 'true'],
  ['not', /!(?=[A-Za-z_(])/g, ''],
  ['condition', /(?<=\bif \()(?=[^;]*\) (?:\{|return|continue|break|co_return))/g, '!!!'],
  ['number', /(?<![\w.'])(?:\d{1,3})(?![\w.'])/g, (number) => String(Number(number) + 1)],
  ['statement', /(?<=\n {2,})(?!return|co_return|case|break|continue|using|static|const|auto)[\w.>():-]+\((?:[^;{}\n]*)\);(?=\n)/g, ';'],
  ['assignment', /(?<=\n {2,})[\w.>-]+ [+|]?= [^;{}\n]*;(?=\n)/g, ';'],
];

// A condition is turned round as a whole: `if (a && b)` to `if (!(a && b))`.
function negated(code, at) {
  let depth = 1;
  let end = at;
  while (end < code.length && depth > 0) {
    if (code[end] === '(') depth += 1;
    if (code[end] === ')') depth -= 1;
    end += 1;
  }
  return end - 1;
}

const isIncluded = (code, at) => {
  const line = code.slice(code.lastIndexOf('\n', at - 1) + 1).split('\n', 1)[0];
  return !/^\s*(?:#|template|namespace|using|assert|static_assert)/.test(line);
};

// All mutants of a file, in the order of their places.
//   returns  [{kind, start, end, text, line}]; text stands for what was from start to end
export function mutantsOf(source) {
  const code = blanked(source, 'cpp');
  const found = [];
  for (const [kind, pattern, instead] of kKinds) {
    for (const match of code.matchAll(pattern)) {
      const start = match.index;
      if (!isIncluded(code, start)) continue;
      let end = start + match[0].length;
      let text = typeof instead === 'function' ? instead(match[0]) : instead;
      if (kind === 'condition') {
        end = negated(code, start);
        text = `!(${source.slice(start, end)})`;
        if (source.slice(start, end).includes(';')) continue; // if (init; condition)
      }
      const line = source.slice(0, start).split('\n').length;
      found.push({ kind, start, end, text, line });
    }
  }
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

export const applied = (source, { start, end, text }) =>
  source.slice(0, start) + text + source.slice(end);

// What a person sees of it: `line: before -> after`.
export function described(source, mutant) {
  const lineOf = (text) => text.split('\n')[mutant.line - 1].trim();
  const before = lineOf(source);
  const after = lineOf(applied(source, mutant));
  return `${mutant.line} (${mutant.kind})\n    - ${before}\n    + ${after}`;
}

// `count` of them, the same for the same seed.
export function sampled(all, count, seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const rest = [...all];
  const picked = [];
  while (picked.length < count && rest.length > 0) {
    picked.push(...rest.splice(Math.floor(random() * rest.length), 1));
  }
  return picked;
}
