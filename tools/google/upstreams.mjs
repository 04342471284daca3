// What differs between the three services that stand behind one port: their names in errors, the
// messages they read, how their answers are wrapped, and their words for a missing model.
// Source: ai.google.dev and cloud.google.com API references; googleapis/js-genai and
// google-gemini/gemini-cli (`packages/core/src/code_assist`); public error reports.
import { detail, Failure } from './errors.mjs';
import { codeAssist } from './messages_code_assist.mjs';
import { gemini } from './messages.mjs';
import { vertex } from './messages_vertex.mjs';
import { hash } from './signatures.mjs';

//   service, title  as errors name them        package  of the messages, as errors name it
//   tree            its messages               route    part of its thought signatures
//   ids             whether function calls carry ids
//   methods         what stands before a method's name in the details of an error
const upstreams = {
  gemini_api: {
    service: 'generativelanguage.googleapis.com', title: 'Generative Language API', tree: gemini,
    ids: true, package: () => 'google.ai.generativelanguage.v1beta.',
    methods: 'google.ai.generativelanguage.v1beta.GenerativeService.',
  },
  vertex: {
    service: 'aiplatform.googleapis.com', title: 'Vertex AI API', tree: vertex, route: 'vertex',
    ids: false, package: (version) => `google.cloud.aiplatform.${version}.`,
    methods: 'google.cloud.aiplatform.v1beta1.PredictionService.',
  },
  code_assist: {
    service: 'cloudcode-pa.googleapis.com', title: 'Gemini for Google Cloud API', tree: codeAssist,
    route: 'code_assist', ids: true, package: () => 'google.internal.cloud.code.v1internal.',
    methods: 'google.internal.cloud.code.v1internal.CloudCode.',
  },
};
const upstreamOf = (call) => upstreams[call.upstream ?? 'gemini_api'];

// Options for a call: those of the stand-in with what belongs to its upstream over them.
export function optionsFor(options, call) {
  const { tree, ids, route = options.route, package: packageOf } = upstreamOf(call);
  return { ...options, tree, ids, route, package: packageOf(call.version),
    upstream: call.upstream };
}

// Name of the method as error details give it.
export function methodName({ target, action, ...call }) {
  if (target === 'models') return 'google.ai.generativelanguage.v1beta.ModelService.ListModels';
  const name = action ?? 'GetOperation';
  return upstreamOf(call).methods + name[0].toUpperCase() + name.slice(1);
}

// An error's text with the names of the call's service in place of the Gemini API's.
export function localized(call, text) {
  const { service, title } = upstreamOf(call);
  return text.replaceAll(upstreams.gemini_api.service, service)
    .replaceAll(upstreams.gemini_api.title, title);
}

// One response as its upstream sends it.
export function wrapped(call, response) {
  if (call.upstream !== 'code_assist') return response;
  const seed = response.responseId ?? JSON.stringify(response);
  return { response, traceId: hash(`trace ${seed}`).toString('hex').slice(0, 16) };
}

const resource = ({ project, location, model }) => (project === undefined
  ? `publishers/google/models/${model}`
  : `projects/${project}/locations/${location}/publishers/google/models/${model}`);

// The 404 of a model that is not there, or has no such method.
export function missingModel(call, method) {
  const { upstream, model } = call;
  if (upstream === 'code_assist') return new Failure(404, 'Requested entity was not found.');
  if (upstream === 'vertex') {
    return new Failure(404, `Publisher Model \`${resource(call)}\` was not found or your project `
      + 'does not have access to it. Please ensure you are using a valid model version. For more '
      + 'information, see: '
      + 'https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions');
  }
  return new Failure(404, `models/${model} is not found for API version v1beta, or is not `
    + `supported for ${method}. Call ModelService.ListModels to see the list of available models `
    + 'and their supported methods.');
}

// Throws unless the project of a call's path or body may be used.
export function checkProject(call, options) {
  if (call.project === undefined) return;
  if (call.upstream === 'vertex' && !(options.vertexProjects?.includes(call.project) ?? true)) {
    throw denied('aiplatform.endpoints.predict', 'aiplatform.googleapis.com', resource(call));
  }
  if (call.upstream !== 'code_assist') return;
  if (/^\d+$/.test(call.project)) {
    throw new Failure(400, `Invalid project "${call.project}": the id of the project is wanted, `
      + 'not its number.');
  }
  const { project } = options.codeAssist ?? {};
  if (project === undefined || project === call.project) return;
  throw denied('cloudaicompanion.companions.generateChat', 'cloudaicompanion.googleapis.com',
    `projects/${call.project}/locations/global`);
}

function denied(permission, domain, name) {
  const target = `//${domain}/${name}`;
  return new Failure(403, `Permission '${permission}' denied on resource '${target}' (or it may `
    + 'not exist).', { details: [detail('ErrorInfo', { reason: 'IAM_PERMISSION_DENIED', domain,
    metadata: { permission, resource: target } })] });
}
