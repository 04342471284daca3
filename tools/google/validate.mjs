// Strict request validation: first the JSON layer (unknown names, types), then the rules of the
// service. A refused request throws a Failure with the text Google uses; where Google's text is not
// known, README.md says so.
import { badRequest, Failure } from './errors.mjs';
import { gemini } from './messages.mjs';
import { readMessage } from './proto.mjs';
import { checkConfig } from './rules_config.mjs';
import { checkContents, checkForm } from './rules_contents.mjs';
import { checkTools } from './rules_tools.mjs';

// Checks the body of a generate call.
//   context  {model, family, options: {route, tree?, acceptForeignSignatures?, logprobs?,
//            penalties?}}; `tree` replaces the message tree for another upstream
//   returns  the request with camelCase keys
export function checkGenerate(json, context) {
  const request = read('GenerateContentRequest', json, context.options.tree);
  const whole = { ...context, request };
  checkConfig(whole);
  checkTools(whole);
  checkContents(whole);
  return request;
}

// Checks the body of a countTokens call: `contents` or a whole request, which then names its model.
// Counting does not care whether the model could answer, so only the form is checked.
//   returns  the request whose tokens are counted
export function checkCount(json, context) {
  const count = read('CountTokensRequest', json, context.options.tree);
  const inner = count.generateContentRequest;
  if (!inner) {
    checkForm(count);
    return count;
  }
  if (count.contents) {
    throw new Failure(400, 'Only one of contents and generate_content_request can be set.');
  }
  if (inner.model !== `models/${context.model}`) {
    throw new Failure(400, '* CountTokensRequest.generate_content_request.model: must name the '
      + 'model of the URL\n');
  }
  checkForm(inner);
  return inner;
}

function read(type, json, tree = gemini) {
  const { message, violations } = readMessage(tree, type, json);
  if (violations.length > 0) throw badRequest(violations);
  return message;
}
