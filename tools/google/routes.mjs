// Which of the stand-in's methods a request is for.
//   {target, method, path, query, action?, model?}
//   target  'home' | 'control' | 'token' | 'stream' | 'generate' | 'count' | 'models' | 'unknown'
const actions = {
  streamGenerateContent: 'stream', generateContent: 'generate', countTokens: 'count',
};

// Names as Google's error details give them.
export const methodNames = {
  stream: 'google.ai.generativelanguage.v1beta.GenerativeService.StreamGenerateContent',
  generate: 'google.ai.generativelanguage.v1beta.GenerativeService.GenerateContent',
  count: 'google.ai.generativelanguage.v1beta.GenerativeService.CountTokens',
  models: 'google.ai.generativelanguage.v1beta.ModelService.ListModels',
};

export function routeOf({ method, url }) {
  const [path, search = ''] = url.split(/\?(.*)/s);
  const call = { method, url, path, query: new URLSearchParams(search) };
  return { ...call, ...targetOf(method, path) };
}

function targetOf(method, path) {
  if (path === '/') return { target: 'home' };
  if (path.startsWith('/_control/')) return { target: 'control' };
  if (path === '/token') return { target: method === 'POST' ? 'token' : 'unknown' };
  const [, name, action] = /^\/v1beta\/models(?:\/([^/:]+)(?::(\w+))?)?$/.exec(path) ?? [path];
  if (path === '/v1beta/models' || (name && !action)) {
    return { target: method === 'GET' ? 'models' : 'unknown', model: decoded(name) };
  }
  if (!action || method !== 'POST') return { target: 'unknown' };
  return { target: actions[action] ?? 'unknown', action, model: decoded(name) };
}

function decoded(name) {
  try {
    return name && decodeURIComponent(name);
  } catch {
    return name;
  }
}
