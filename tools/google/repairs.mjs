// Faults by name that a proxy can mend by changing its request: refusals of one field or of one way
// to use it. An entry is [what it is, fault, until]; `[[fault:NAME:repair]]` refuses a request
// until `until(body)` finds it mended.
import { badRequest, errorValue } from './errors.mjs';

const refused = (message) => ({ status: 400, body: errorValue({ code: 400, message }) });

const violating = (path, description) => ({ status: 400,
  body: errorValue(badRequest([{ ...(path && { field: path }), description }])) });

const unknown = (name, path) => violating(path,
  `Invalid JSON payload received. Unknown name "${name}" at '${path}': Cannot find field.`);

// A key is never found inside a string: there the quote before the colon is escaped.
const without = (...names) => (body) =>
  names.every((name) => !new RegExp(`"${name}"\\s*:`).test(body));
const withoutSignature = (body) =>
  !/"thoughtSignature"\s*:\s*"(?!skip_thought|context_engineering)/.test(body);
const withDummy = (body) =>
  /"thoughtSignature"\s*:\s*"skip_thought_signature_validator"/.test(body);
const endsWithUser = (body) => JSON.parse(body).contents?.at(-1)?.role !== 'model';

const declaration = 'tools[0].function_declarations[0]';
const config = 'generation_config';

export const repairs = {
  penalty: ['400, penalties not enabled', refused('Penalty is not enabled for this model'),
    without('presencePenalty', 'frequencyPenalty')],
  logprobs: ['400, logprobs not enabled', refused('Logprobs is not enabled for this model'),
    without('responseLogprobs', 'logprobs')],
  signature: ['400, thought signature not accepted', refused('Corrupted thought signature.'),
    withoutSignature],
  'signature-invalid': ['400, thought signature not valid',
    refused('Invalid thought signature.'), withoutSignature],
  'signature-missing': ['400, thought signature missing', refused('Function call `f` in the `2.` '
    + 'content block is missing a `thought_signature`.'), withDummy],
  'model-turn': ['400, last turn is the model\'s',
    refused('Requests ending with a model turn are not supported.'), endsWithUser],
  'unknown-id': ['400, id of a function call unknown',
    unknown('id', 'contents[1].parts[0].function_call'), without('id')],
  'json-schema-unknown': ['400, parametersJsonSchema unknown',
    unknown('parametersJsonSchema', declaration), without('parametersJsonSchema')],
  'response-schema-unknown': ['400, responseJsonSchema unknown',
    unknown('responseJsonSchema', config), without('responseJsonSchema')],
  'schema-keyword': ['400, schema keyword unknown in parameters',
    unknown('$ref', `${declaration}.parameters.properties[0].value`), without('\\$ref')],
  'mime-tools': ['400, JSON mode beside functions', refused('Function calling with a response mime '
    + "type: 'application/json' is unsupported"), without('responseMimeType')],
  'thinking-level': ['400, thinking level not supported',
    refused('Thinking level is not supported for this model.'), without('thinkingLevel')],
  'thinking-level-unknown': ['400, thinkingLevel unknown',
    unknown('thinkingLevel', `${config}.thinking_config`), without('thinkingLevel')],
  'thinking-budget': ['400, thinking cannot be switched off',
    refused('Budget 0 is invalid. This model only works in thinking mode.'),
    without('thinkingBudget')],
  'thinking-config': ['400, any thinkingConfig: thinking level not supported',
    refused('Thinking level is not supported for this model.'), without('thinkingConfig')],
  'system-instruction': ['400, system instruction not enabled',
    refused('Developer instruction is not enabled for this model'), without('systemInstruction')],
  'sampling-unknown': ['400, topK unknown', unknown('topK', config), without('topK')],
  'sampling-refused': ['400, temperature not supported',
    refused('temperature is not supported for this model.'), without('temperature')],
  validated: ['400, mode VALIDATED unknown', violating(
    'tool_config.function_calling_config.mode',
    "Invalid value at 'tool_config.function_calling_config.mode' (type.googleapis.com/google.ai."
      + 'generativelanguage.v1beta.FunctionCallingConfig.Mode), "VALIDATED"',
  ), (body) => !/"mode"\s*:\s*"VALIDATED"/.test(body)],
  'server-tools': ['400, includeServerSideToolInvocations unknown',
    unknown('includeServerSideToolInvocations', 'tool_config'),
    without('includeServerSideToolInvocations')],
};

// For the finish reason of the same kind, which is no refusal.
export const mendsSignature = withDummy;
