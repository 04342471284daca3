// Reads a streamed answer and says what is wrong with its form: whatever happens, it ends in exactly
// one way.
const kComment = /^: [\w-]+$/;

//   isCut    whether its end may be missing, as the caller has left
//   wanted   how many choices were asked for
//   returns  {problems, end: 'done' | 'error' | 'open', choices: Map of index -> {text, calls:
//            [arguments], finish}, usage, error}
export function readStream(text, { isCut = false, wanted = 1 } = {}) {
  const events = text.split('\n\n');
  const rest = events.pop();
  const stream = { problems: [], end: 'open', choices: new Map(), usage: undefined, wanted };
  if (rest !== '' && !isCut) stream.problems.push(`ends inside an event: ${rest.slice(0, 200)}`);
  for (const event of events) {
    if (kComment.test(event)) continue;
    const [, data] = /^data: ([^\r\n]+)$/.exec(event) ?? [];
    if (data === undefined) stream.problems.push(`an event of another form: ${event.slice(0, 200)}`);
    else if (stream.end !== 'open') stream.problems.push(`after its end: ${data.slice(0, 200)}`);
    else if (data === '[DONE]') stream.end = 'done';
    else take(stream, JSON.parse(data));
  }
  const unfinished = [...stream.choices.values()].filter(({ finish }) => !finish);
  if (stream.end === 'done' && (unfinished.length > 0 || stream.choices.size === 0)) {
    stream.problems.push('[DONE] before each choice had its finish_reason');
  }
  return stream;
}

function take(stream, event) {
  const { problems, choices } = stream;
  if (event.error) {
    Object.assign(stream, { end: 'error', error: event.error });
    if (stream.usage) problems.push('usage, and then an error');
    const finished = [...choices.values()].filter(({ finish }) => finish);
    if (finished.length === stream.wanted) problems.push('each finish_reason, and then an error');
    return;
  }
  if (event.object !== 'chat.completion.chunk') problems.push(`the object is ${event.object}`);
  stream.id ??= event.id;
  if (event.id !== stream.id) problems.push('two ids in one stream');
  if (stream.usage) problems.push('something after the usage');
  if (event.choices.length === 0) stream.usage = event.usage;
  for (const choice of event.choices) takeChoice(stream, choice);
}

function takeChoice({ problems, choices }, { index, delta, finish_reason: finish }) {
  if (!choices.has(index)) {
    choices.set(index, { text: '', calls: [], finish: null });
    if (delta.role !== 'assistant') problems.push(`choice ${index} begins without its role`);
  } else if (delta.role) {
    problems.push(`choice ${index} has its role twice`);
  }
  const choice = choices.get(index);
  if (choice.finish) problems.push(`choice ${index} goes on after its finish_reason`);
  choice.text += delta.content ?? '';
  for (const { index: place, function: called } of delta.tool_calls ?? []) {
    choice.calls[place] = (choice.calls[place] ?? '') + (called.arguments ?? '');
  }
  if (finish) choice.finish = finish;
}
