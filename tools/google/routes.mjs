// Which of the stand-in's methods a request is for.
//   {target, method, path, query, upstream?, action?, model?, project?, location?, version?,
//    isExpress?, name?}
//   target    'home' | 'control' | 'token' | 'consent' | 'stream' | 'generate' | 'count' | 'models'
//             | 'load' | 'onboard' | 'operation' | 'quota' | 'unknown'
//   upstream  'gemini_api' | 'vertex' | 'code_assist' for API calls
const actions = {
  streamGenerateContent: 'stream', generateContent: 'generate', countTokens: 'count',
};
const codeAssistActions = { ...actions, loadCodeAssist: 'load', onboardUser: 'onboard',
  retrieveUserQuota: 'quota' };

export function routeOf({ method, url }) {
  const [path, search = ''] = url.split(/\?(.*)/s);
  const call = { method, url, path, query: new URLSearchParams(search) };
  return { ...call, ...targetOf(method, path) };
}

const unknown = { target: 'unknown' };

function targetOf(method, path) {
  if (path === '/') return { target: 'home' };
  if (path.startsWith('/_control/')) return { target: 'control' };
  if (path === '/token') return method === 'POST' ? { target: 'token' } : unknown;
  if (path === '/o/oauth2/v2/auth') {
    return ['GET', 'POST'].includes(method) ? { target: 'consent' } : unknown;
  }
  if (path.startsWith('/v1internal')) return codeAssistTarget(method, path);
  return geminiTarget(method, path) ?? vertexTarget(method, path) ?? unknown;
}

function geminiTarget(method, path) {
  const found = /^\/v1beta\/models(?:\/([^/:]+)(?::(\w+))?)?$/.exec(path);
  if (!found) return null;
  const [, name, action] = found;
  const call = { upstream: 'gemini_api', version: 'v1beta', model: decoded(name) };
  if (!action) return method === 'GET' ? { target: 'models', ...call } : unknown;
  return posted(method, actions, action, call);
}

// The model of a project in a location, or in express mode (with a key) of neither.
function vertexTarget(method, path) {
  const found = /^\/(v1|v1beta1)(?:\/projects\/([^/:]+)\/locations\/([^/:]+))?(?<rest>\/.*)$/
    .exec(path);
  const named = /^\/publishers\/google\/models\/([^/:]+):(\w+)$/.exec(found?.groups.rest ?? '');
  if (!named) return null;
  const [, version, project, location] = found;
  const call = { upstream: 'vertex', version, model: decoded(named[1]) };
  if (project === undefined) call.isExpress = true;
  else Object.assign(call, { project: decoded(project), location: decoded(location) });
  return posted(method, actions, named[2], call);
}

function codeAssistTarget(method, path) {
  const call = { upstream: 'code_assist', version: 'v1internal' };
  const operation = /^\/v1internal\/(operations\/[\w.-]+)$/.exec(path)?.[1];
  if (operation && method === 'GET') return { target: 'operation', name: operation, ...call };
  const action = /^\/v1internal:(\w+)$/.exec(path)?.[1];
  return action ? posted(method, codeAssistActions, action, call) : unknown;
}

function posted(method, known, action, call) {
  if (method !== 'POST' || !Object.hasOwn(known, action)) return unknown;
  return { target: known[action], action, ...call };
}

function decoded(name) {
  try {
    return name && decodeURIComponent(name);
  } catch {
    return name;
  }
}
