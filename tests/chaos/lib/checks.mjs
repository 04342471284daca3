// What became of one request, and what is wrong with it.
import { isDeepStrictEqual } from 'node:util';
import { problemsOfError } from './codes.mjs';
import { readStream } from './streams.mjs';
import { kMarks } from './texts.mjs';

// Codes that faults of accounts lead to, where those of a request were unlucky in a row.
const kUnlucky = [
  'upstream_permission_denied',
  'token_refresh_failed',
  'all_accounts_dead',
  'upstream_error',
];

//   returns  {whole: whether the answer may be whole, codes, ways: Set of 'refused' and 'cut'}
export function expectationOf({ fault, isStreamed, choices, caller }) {
  const whole = { whole: true, codes: [], ways: new Set() };
  if (!fault || fault.benign || fault.passes) return whole;
  const { isOnce, stays, shown, codes, open } = fault;
  const late = isStreamed && shown;
  if (isOnce && !stays && !late) return whole;
  const ways = new Set(late ? ['cut'] : ['refused']);
  // One choice may say something before the other fails.
  if (shown === 'maybe' || (choices > 1 && isStreamed)) ways.add('cut').add('refused');
  return { whole: Boolean(open || shown === 'maybe' || caller === 'leaves'), codes, ways };
}

// What a choice must say at its end; of one that is cut, a beginning of it.
function problemsOfChoice({ text, calls, finish }, says) {
  if (says.length === 0) return ['an answer although the upstream was not asked'];
  const fits = (said) =>
    said.text === text &&
    said.finish === finish &&
    isDeepStrictEqual(calls, said.args ? [said.args] : []);
  if (says.some(fits)) return [];
  const excerpt = (value) => JSON.stringify(value)?.slice(0, 200);
  const [said] = says.slice(-1);
  return [
    `an answer of ${text.length} characters and "${finish}" that is none of the upstream's ` +
      `(${said.text.length}, "${said.finish}"): ${excerpt(text)} ${excerpt(calls)}, not ` +
      `${excerpt(said.text)} ${excerpt(said.args)}`,
  ];
}

function problemsOfUsage(usage) {
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = usage ?? {};
  const isGood = [prompt, completion, total].every((count) => Number.isInteger(count) && count >= 0);
  return isGood ? [] : [`the usage is ${JSON.stringify(usage)}`];
}

// Of a choice in the form of problemsOfChoice().
const argsOf = (calls = []) => calls.map(({ function: { arguments: text } }) => JSON.parse(text));

function readWhole(plan, text) {
  const { object, choices, usage } = JSON.parse(text);
  if (object !== 'chat.completion') return [`the object is ${object}`];
  if (choices.length !== plan.choices) return [`${choices.length} choices of ${plan.choices}`];
  const problems = problemsOfUsage(usage);
  const last = lastSays(plan);
  for (const { message, finish_reason: finish } of choices) {
    const said = { text: message.content ?? '', calls: argsOf(message.tool_calls), finish };
    problems.push(...problemsOfChoice(said, last));
  }
  return problems;
}

// A choice repeats its attempt until something is shown, so only what was said last counts.
const lastSays = ({ says, choices }) => (choices > 1 ? says : says.slice(-1));

function checkStream(plan, text, left) {
  const stream = readStream(text, { isCut: left, wanted: plan.choices });
  const { problems, choices, usage, error } = stream;
  const last = lastSays(plan);
  if (stream.end === 'done') {
    if (choices.size !== plan.choices) problems.push(`${choices.size} choices of ${plan.choices}`);
    for (const choice of choices.values()) {
      const calls = choice.calls.map((call) => JSON.parse(call));
      problems.push(...problemsOfChoice({ ...choice, calls }, last));
    }
    if (plan.wantsUsage) problems.push(...problemsOfUsage(usage));
    else if (usage) problems.push('usage that was not asked for');
    return { problems, outcome: 'whole' };
  }
  for (const { text: part } of choices.values()) {
    if (part === '' || last.some((said) => said.text.startsWith(part))) continue;
    problems.push(`${JSON.stringify(part.slice(0, 300))} is no beginning of what was said`);
  }
  if (stream.end === 'open') return { problems, outcome: 'open' };
  problems.push(...problemsOfError({ error }));
  return { problems, outcome: 'cut', code: error?.code };
}

// Holds one answer against its plan.
//   returns  {outcome: whole | refused | cut | left | broken, code?, problems, misfit?, mayBeUnlucky}
//            misfit: why the outcome is none that it may have
export function judge(plan, seen, secrets) {
  const problems = [...plan.problems, ...leaks(plan, seen, secrets)];
  const isShort = plan.leaves || plan.caller === 'half a body';
  if (seen.error && !seen.left) problems.push(`the connection broke: ${seen.error}`);
  if (seen.status === undefined) {
    if (!isShort && !seen.error) problems.push('no answer');
    return { outcome: seen.left ? 'left' : 'broken', problems };
  }
  const result = readAnswer(plan, seen, problems);
  if (result.outcome === 'open') {
    result.outcome = seen.left ? 'left' : 'broken';
    if (!seen.left) problems.push('the stream has no end');
  }
  result.hasWaited = plan.isStreamed && seen.text.startsWith(': waiting');
  return { ...result, problems, ...compare(plan, result, problems) };
}

function readAnswer(plan, { status, headers, text, left }, problems) {
  if (plan.elsewhere && !plan.elsewhere.code) {
    if (status !== plan.elsewhere.status) problems.push(`the status ${status}`);
    return { outcome: 'whole' };
  }
  try {
    if (status !== 200) {
      if (left) return { outcome: 'left' };
      const value = JSON.parse(text);
      problems.push(...problemsOfError(value, status, headers));
      return { outcome: 'refused', code: value.error?.code, param: value.error?.param };
    }
    if (plan.isStreamed) {
      const stream = checkStream(plan, text, left);
      problems.push(...stream.problems);
      return stream;
    }
    if (left) return { outcome: 'left' };
    problems.push(...readWhole(plan, text));
  } catch (error) {
    problems.push(`what cannot be read: ${error.message}: ${text.slice(0, 200)}`);
  }
  return { outcome: 'whole' };
}

// Whether the outcome is one of those that it may have.
//   returns  {misfit?, mayBeUnlucky?: whether faults of accounts may be why}
function compare(plan, { outcome, code, param, hasWaited }, problems) {
  if (outcome === 'left' || outcome === 'broken') return {};
  const [mustBe, itsParam] = refusalOf(plan);
  if (mustBe) {
    if (outcome !== 'refused' || code !== mustBe) problems.push(`${outcome} ${code}, not ${mustBe}`);
    else if (itsParam && param !== itsParam) problems.push(`${code} of ${param}, not ${itsParam}`);
    if (plan.records.length > 0) problems.push('the upstream was asked');
    return {};
  }
  const { whole, codes, ways } = expectationOf(plan);
  // After a comment that it has to wait, a caller is told of a failure in the stream.
  const mayCut = ways.has('cut') || (ways.has('refused') && hasWaited);
  const isAllowed = outcome === 'cut' ? mayCut : ways.has(outcome);
  if (outcome === 'whole' ? whole : isAllowed && codes.includes(code)) return {};
  if (code === 'server_busy' && isLarge(plan)) return {};
  const wanted = [whole && 'whole', ...[...ways].map((way) => `${way} ${codes.join('|')}`)];
  return {
    misfit: `${outcome} ${code ?? ''}, not ${wanted.filter(Boolean).join(' or ')}`,
    mayBeUnlucky: [...kUnlucky, ...(plan.fault?.codes ?? [])].includes(code),
  };
}

// Whether it may be told that there is too much at once.
const isLarge = ({ caller, fault }) =>
  ['large', 'picture'].includes(caller) || /MB$|small events/.test(fault?.name ?? '');

// [code, param] of those who must be refused.
function refusalOf({ caller, bad, elsewhere }) {
  if (caller === 'wrong key') return ['invalid_api_key'];
  if (bad) return [bad.code, bad.param];
  return [elsewhere?.code];
}

// Marks of others, secrets, and header fields that every answer has.
function leaks(plan, { status, headers, text }, secrets) {
  const problems = [];
  const head = JSON.stringify(headers ?? {});
  for (const [mark] of `${head}${text}`.matchAll(kMarks)) {
    if (mark !== plan.mark) problems.push(`the mark ${mark} of another request`);
  }
  for (const name of secrets.in(head)) problems.push(`the secret "${name}" in a header field`);
  for (const name of secrets.in(text)) problems.push(`the secret "${name}" in the answer`);
  if (status === undefined) return problems;
  if (!/^req_[0-9a-f]{32}$/.test(headers['x-request-id'])) problems.push('no x-request-id');
  if (headers['access-control-allow-origin'] !== '*') problems.push('no CORS header');
  return problems;
}
