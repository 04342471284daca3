// Strict request validation: first the JSON layer (unknown names, types), then the rules of the
// service. A refused request throws a Failure with the text Google uses; where Google's text is not
// known, README.md says so.
import { badRequest, Failure, unexplained } from './errors.mjs';
import { gemini } from './messages.mjs';
import { readMessage } from './proto.mjs';
import { checkConfig } from './rules_config.mjs';
import { checkContents, checkForm } from './rules_contents.mjs';
import { checkTools } from './rules_tools.mjs';

// Checks the body of a generate call.
//   context  {model, family, options: {route, tree?, package?, upstream?, acceptForeignSignatures?,
//            logprobs?, penalties?}}; `tree` replaces the message tree for another upstream
//   returns  the request with camelCase keys
export function checkGenerate(json, context) {
  const request = readGenerate(json, context.options);
  const whole = { ...context, request };
  checkConfig(whole);
  checkTools(whole);
  checkContents(whole);
  return request;
}

function readGenerate(json, options) {
  if (options.upstream !== 'code_assist') return readAs('GenerateContentRequest', json, options);
  const outer = readAs('CodeAssistRequest', json, options);
  if (!outer.request) throw unexplained('request is missing');
  if ((outer.userPromptId ?? '').length > 64) throw unexplained('user_prompt_id is too long');
  return outer.request;
}

// Checks the body of a countTokens call. Counting does not care whether the model could answer, so
// only the form is checked.
//   returns  the request whose tokens are counted
export function checkCount(json, context) {
  const count = readAs('CountTokensRequest', json, context.options);
  const { upstream } = context.options;
  if (upstream === 'code_assist' && !count.request) throw unexplained('request is missing');
  const counted = upstream === 'code_assist' ? count.request : countedByGemini(count, context);
  checkForm(counted);
  return counted;
}

// `contents` or a whole request, which then names its model; Vertex AI knows no whole request here.
function countedByGemini(count, { model }) {
  const inner = count.generateContentRequest;
  if (!inner) return count;
  if (count.contents) {
    throw new Failure(400, 'Only one of contents and generate_content_request can be set.');
  }
  if (inner.model !== `models/${model}`) {
    throw new Failure(400, '* CountTokensRequest.generate_content_request.model: must name the '
      + 'model of the URL\n');
  }
  return inner;
}

// Reads a body as a message of the call's upstream.
export function readAs(type, json, { tree = gemini, package: package_ } = {}) {
  const { message, violations } = readMessage(tree, type, json, package_);
  if (violations.length > 0) throw badRequest(violations);
  return message;
}
