// What one request of a run is: who asks for what, and what goes wrong. All of it follows from the
// seed and the request's number, so that one request can be repeated alone.
import { introduction } from '../../../tools/google/answers.mjs';
import { kFaults, saysNothing } from './faults.mjs';
import { kBadBodies } from './bad_bodies.mjs';
import { randomOf } from './random.mjs';
import { markOf, wordsOf } from './texts.mjs';

export const kModels = ['gemini-2.5-flash', 'gemini-2.5-flash-lite', 'gemini-2.5-pro'];

// [weight, who, whether there is a choice between a stream and a whole answer]
const kCallers = [
  [30, 'streams'],
  [20, 'whole'],
  [10, 'tools'],
  [8, 'choices'],
  [12, 'leaves'],
  [4, 'slow'],
  [3, 'large'],
  [2, 'picture'],
  [3, 'wrong key'],
  [4, 'bad body'],
  [1, 'half a body'],
  [3, 'elsewhere'],
];
// Who gets an answer from the upstream.
const kServed = ['streams', 'whole', 'tools', 'choices', 'leaves', 'slow', 'large', 'picture'];
export const kTool = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: {} } },
};

const faultNames = Object.keys(kFaults);
const kQuietFaults = faultNames.filter((name) => saysNothing(kFaults[name]));
const kOnce = 55; // percent of the faults pass with the first attempt

function chooseFault(caller, share, random) {
  if (!kServed.includes(caller) || !random.chance(share)) return null;
  const names = caller === 'tools' ? kQuietFaults : faultNames;
  let name = random.pick(names);
  if (kFaults[name].rare && !random.chance(20)) name = random.pick(names);
  const isOnce = random.chance(kOnce) || kFaults[name].passes === true;
  return { name, isOnce, ...kFaults[name] };
}

// Names a model of its own if something will rest because of the fault.
const modelOf = (id, fault, random) =>
  (fault?.own ? `gemini-2.5-flash-${id}` : random.pick(kModels));

function whenToLeave(random) {
  const how = random.chance(70) ? 'reset' : 'close';
  return random.chance(50)
    ? { how, ms: random.below(400) }
    : { how, bytes: random.between(1, 6000) };
}

//   returns  {id, mark, caller, isStreamed, fault, body, says: [{text, calls?, finish}] of the
//            stand-in, so far none, ...}
export function planOf(seed, id, share) {
  const random = randomOf(`${seed}:${id}`);
  const caller = random.weighted(kCallers.map(([weight, name]) => [weight, name]));
  const mark = markOf(id, random);
  const fault = chooseFault(caller, share, random);
  const plan = {
    id,
    mark,
    caller,
    fault,
    random,
    model: modelOf(id, fault, random),
    isStreamed: caller === 'streams' || (caller !== 'whole' && random.chance(60)),
    wantsUsage: random.chance(50),
    keepsConnection: random.chance(40) && caller !== 'leaves',
    choices: caller === 'choices' ? 2 : 1,
    prompt: `${mark} ${wordsOf(mark, random.between(1, 8), random).join('')}.`,
    words: wordsOf(mark, random.between(4, 9), random),
    leaves: caller === 'leaves' ? whenToLeave(random) : null,
    ...stateOf(),
  };
  return Object.assign(plan, requestOf(plan, random));
}

// What becomes of it.
const stateOf = () => ({
  faultUsed: false,
  accountFaults: 0, // attempts that an account spoiled
  says: [], // what the stand-in answered, by attempt
  records: [], // of the stand-in's journal
  asked: [], // when its calls had come whole, ms after `begun`
  problems: [],
});

// The request itself, and what the stand-in says to it.
function requestOf(plan, random) {
  const { caller, mark, model, isStreamed } = plan;
  const request = { model, stream: isStreamed };
  if (isStreamed && plan.wantsUsage) request.stream_options = { include_usage: true };
  if (plan.choices > 1) request.n = plan.choices;
  let { prompt } = plan;
  let said = 'You said';
  let carried;
  let messages;
  if (caller === 'slow') prompt = `${mark} ${`${mark} and so on `.repeat(2000)}end.`;
  if (caller === 'tools') {
    plan.args = { mark, number: random.below(1e9), odd: 'a "b" \\ ä🦀' };
    prompt = `${mark} Please call get_weather ${JSON.stringify(plan.args)}`;
    request.tools = [kTool];
  } else if (caller === 'large') {
    carried = `${mark} ${mark.repeat(random.between(5_000, 60_000))}`;
    messages = [{ role: 'user', content: carried }, { role: 'assistant', content: 'Go on.' }];
  } else if (caller === 'picture') {
    carried = Buffer.from(mark.repeat(random.between(5_000, 100_000))).toString('base64');
    said = 'You said (and sent image/png)';
    const url = `data:image/png;base64,${carried}`;
    messages = [];
    prompt = [{ type: 'image_url', image_url: { url } }, { type: 'text', text: prompt }];
  }
  request.messages = [...(messages ?? []), { role: 'user', content: prompt }];
  const text = typeof prompt === 'string' ? prompt : prompt[1].text;
  const normal = plan.args
    ? { text: '', args: plan.args, finish: 'tool_calls' }
    : { text: `${introduction} ${said}: ${text}`, finish: 'stop' };
  const bad = caller === 'bad body' ? random.pick(kBadBodies)(request) : null;
  return { body: bad?.body ?? JSON.stringify(request), bad, carried, normal };
}
