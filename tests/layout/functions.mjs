// Finds the functions of C++, JavaScript and shell text and counts their lines.
//
// Not a parser: comments, strings and regular expressions are blanked, braces are matched. What
// stands before an opening brace, its head, tells a function from a namespace, a type or a value.
// Only outermost functions are reported; a lambda's lines are its function's.

const kTypeWords = 'namespace|class|struct|union|enum|extern';
const kBeforeType = '(?:export|default|inline)\\s|template\\s*<[^{}]*>|\\s';
const kTypeHead = RegExp(`^(?:${kBeforeType})*(?:${kTypeWords})\\b`);
const kControlHead = /^(?:else\s+)?(?:if|for|while|switch|catch)\b/;
const kCppFunctionEnd = /\)\s*(?:(?:const|noexcept|override|final|mutable|&&?)\s*)*(?:->[^;]*)?$/;
const kConstructorEnd = /\)\s*(?:noexcept\s*)?:[^:][^]*\}$/; // `S() : a_{1}`
const kLambdaEnd = /\]$/;
const kOpenEnd = /(?:[=([,:?&|]|\breturn|\bdefault)$/; // a value must follow: the brace begins one
const kAccessLabel = /^\s*(?:public|private|protected)\s*:(?!:)/;
const kRegexAfter =
  /(?:^|[=([{},;:!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|void|await|yield))\s*$/;

const isWord = (c) => c !== undefined && /\w/.test(c);

// Blanks all that is no code; text keeps its length and its lines.
class Blanker {
  constructor(text, language) {
    this.text = text;
    this.cpp = language === 'cpp';
    this.out = text.split('');
  }

  run() {
    for (let at = 0; at < this.text.length;) at = this.step(at);
    return this.out.join('');
  }

  // Deals with what begins at `at`; the place behind it.
  step(at) {
    const c = this.text[at];
    const two = c + (this.text[at + 1] ?? '');
    if (two === '//') return this.erase(at, this.lineEnd(at));
    if (two === '/*') return this.erase(at, this.behind('*/', at + 2));
    if (c === '"' && this.cpp && this.text[at - 1] === 'R') return this.rawString(at);
    if (c === '"' || (c === "'" && !this.separatesDigits(at))) return this.quoted(at);
    if (this.cpp && c === '#' && this.lineSoFar(at).trim() === '') return this.directive(at);
    if (this.cpp) return at + 1;
    if (c === '`') return this.inside(at, this.templateEnd(at));
    if (c === '/' && kRegexAfter.test(this.codeBefore(at))) return this.regex(at);
    return at + 1;
  }

  erase(from, to) {
    for (let i = from; i < to; i++) if (this.out[i] !== '\n') this.out[i] = ' ';
    return to;
  }
  // Keeps the first and the last character, as a value stands here.
  inside(from, to) {
    this.erase(from + 1, to - 1);
    return to;
  }
  behind(mark, from) {
    const found = this.text.indexOf(mark, from);
    return found < 0 ? this.text.length : found + mark.length;
  }
  lineEnd(at) {
    const found = this.text.indexOf('\n', at);
    return found < 0 ? this.text.length : found;
  }
  lineSoFar(at) {
    return this.out.slice(this.text.lastIndexOf('\n', at - 1) + 1, at).join('');
  }
  codeBefore(at) {
    return this.out.slice(Math.max(at - 200, 0), at).join('');
  }

  directive(at) {
    let end = this.lineEnd(at);
    while (this.text[end - 1] === '\\' && end < this.text.length) end = this.lineEnd(end + 1);
    return this.erase(at, end);
  }
  quoted(at) {
    let i = at + 1;
    while (i < this.text.length && this.text[i] !== this.text[at] && this.text[i] !== '\n') {
      i += this.text[i] === '\\' ? 2 : 1;
    }
    return this.inside(at, i + 1);
  }
  rawString(at) {
    const delimiter = this.text.slice(at + 1, this.text.indexOf('(', at));
    return this.inside(at, this.behind(`)${delimiter}"`, at));
  }
  templateEnd(at) {
    let i = at + 1;
    for (; i < this.text.length && this.text[i] !== '`'; i++) {
      if (this.text[i] === '\\') i++;
      else if (this.text.startsWith('${', i)) i = this.substitutionEnd(i + 1) - 1;
    }
    return i + 1;
  }
  substitutionEnd(at) {
    let depth = 0;
    let i = at;
    for (; i < this.text.length; i++) {
      if (this.text[i] === '`') i = this.templateEnd(i) - 1;
      else if (this.text[i] === '{') depth++;
      else if (this.text[i] === '}' && --depth === 0) break;
    }
    return i + 1;
  }
  regex(at) {
    let i = at + 1;
    for (let inClass = false; i < this.text.length && (inClass || this.text[i] !== '/'); i++) {
      if (this.text[i] === '\\') i++;
      else if (this.text[i] === '[') inClass = true;
      else if (this.text[i] === ']') inClass = false;
    }
    return this.inside(at, i + 1);
  }
  // 1'000: the quote is inside a number.
  separatesDigits(at) {
    const before = this.text.slice(Math.max(at - 40, 0), at);
    return this.cpp && isWord(this.text[at + 1]) && /(?:^|[^\w'])\d[\w']*$/.test(before);
  }
}

export const blanked = (text, language) => new Blanker(text, language).run();

function isFunctionHead(head, language) {
  if (language === 'js') {
    return /(?:\)|=>)$/.test(head) && !kControlHead.test(head) && !kTypeHead.test(head);
  }
  return kCppFunctionEnd.test(head) || kConstructorEnd.test(head) || kLambdaEnd.test(head);
}

// Whether what stands before the brace goes on behind its partner, as in `Foo() : a_{1} {`.
function goesOn(head, language) {
  if (kOpenEnd.test(head)) return true;
  return language === 'cpp' && head !== '' && !kTypeHead.test(head);
}

function nameOf(head) {
  const named = head.match(/(\w+)\s*[=:]\s*(?:async\s*)?[([]/) ?? head.match(/([\w:~]+)\s*\(/);
  return named?.[1] ?? head.slice(0, 40);
}

// [{name, line, lines}] of the outermost functions; `language` is cpp or js.
export function functionsOf(text, language) {
  const code = blanked(text, language);
  const found = [];
  const around = []; // the blocks that are no functions and still open
  let headStart = 0;
  let nesting = 0; // of ( and [ since the head began
  let bodyDepth = 0; // braces open inside a function
  let current;
  const lineAt = (at) => code.slice(0, at).split('\n').length;

  const openBlock = (at) => {
    const label = code.slice(headStart, at).match(kAccessLabel)?.[0] ?? '';
    const start = headStart + label.length;
    const head = code.slice(start, at).trim();
    if (isFunctionHead(head, language)) {
      const begun = start + code.slice(start).search(/\S/);
      current = { name: nameOf(head), line: lineAt(begun) };
      bodyDepth = 1;
      return;
    }
    around.push({ headStart, nesting, goesOn: goesOn(head, language) });
    headStart = at + 1;
    nesting = 0;
  };
  const closeBlock = (at) => {
    const block = around.pop() ?? { headStart: at + 1, nesting: 0, goesOn: false };
    headStart = block.goesOn ? block.headStart : at + 1;
    nesting = block.nesting;
  };

  const isLiteral = () => language === 'js' && around.at(-1)?.goesOn; // a comma begins a member

  for (let i = 0; i < code.length; i++) {
    const c = code[i];
    if (bodyDepth > 0) {
      if (c === '{') bodyDepth++;
      if (c !== '}' || --bodyDepth > 0) continue;
      found.push({ ...current, lines: lineAt(i) - current.line + 1 });
      headStart = i + 1;
    } else if (c === '(' || c === '[') nesting++;
    else if (c === ')' || c === ']') nesting--;
    else if (c === '{') openBlock(i);
    else if (c === '}') closeBlock(i);
    else if (c === ';' && nesting === 0) headStart = i + 1;
    else if (c === ',' && nesting === 0 && isLiteral()) headStart = i + 1;
  }
  return found;
}

// Shell functions as we write them: `name() {` and `}` begin a line, or all is one line.
export function shellFunctionsOf(text) {
  const found = [];
  let current;
  text.split('\n').forEach((content, index) => {
    const name = content.match(/^(\w+)\(\) \{/)?.[1];
    if (name) current = { name, line: index + 1 };
    const ends = content.startsWith('}') || (name && content.endsWith('}'));
    if (!current || !ends) return;
    found.push({ ...current, lines: index + 2 - current.line });
    current = undefined;
  });
  return found;
}
