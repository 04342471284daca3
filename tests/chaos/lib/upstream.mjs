// The stand-in's script in a run: which request a call belongs to, what goes wrong with it, and
// what it was told.
import { kMark } from './texts.mjs';

//   plans     Map of number -> plan, of requests that are under way or were
//   accounts  of accounts.mjs
//   returns   {script, problems, tokenCalls(), calls()}; script: for google.script()
export function makeUpstream(plans, accounts, random) {
  const problems = [];
  let tokenCalls = 0;
  let calls = 0;

  function ofAccount(call, plan) {
    const fault = accounts.faultOf(call, random);
    if (fault && plan) plan.accountFaults += 1;
    return fault;
  }

  function answerTo(call, plan) {
    const fault = ofAccount(call, plan);
    if (fault) return fault;
    const { fault: planned } = plan;
    const isTime = planned && (!planned.isOnce || !plan.faultUsed);
    const made = isTime ? planned.make(call, plan) : undefined;
    if (!made) {
      plan.says.push(plan.normal);
      return undefined;
    }
    plan.faultUsed = true;
    const { entry = made, text } = made;
    const finish = planned.finish ?? 'stop';
    plan.says.push(text === undefined ? plan.normal : { text, finish });
    return entry;
  }

  function script(call) {
    if (call.target === 'token') {
      tokenCalls += 1;
      return ofAccount(call);
    }
    if (call.target !== 'stream' && call.target !== 'generate') return undefined;
    calls += 1;
    const [mark, id] = kMark.exec(call.body) ?? [];
    call.record.body = ''; // not kept, as there are many
    const plan = plans.get(Number(id));
    if (plan?.mark !== mark) {
      problems.push(`a call whose mark is ${mark}, which no request has`);
      return undefined;
    }
    plan.records.push(call.record);
    plan.asked.push(performance.now() - plan.begun);
    for (const [other] of call.body.matchAll(new RegExp(kMark, 'g'))) {
      if (other !== mark) plan.problems.push(`its call to the upstream has the mark ${other}, too`);
    }
    if (plan.carried && !call.body.includes(plan.carried)) {
      plan.problems.push('its call to the upstream does not have all of its body');
    }
    return answerTo(call, plan);
  }
  return { script, problems, tokenCalls: () => tokenCalls, calls: () => calls };
}
