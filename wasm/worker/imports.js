// Tells Emscripten's linker which imports come from outside, so that every other undefined symbol
// remains an error. The names are the import names of imports.h.
mergeInto(LibraryManager.library, Object.fromEntries([
  'kv_get', 'kv_put', 'kv_delete', 'fetch', 'read', 'sleep', 'wait', 'sign', 'rate_limit', 'drop',
  'notify', 'respond', 'write', 'end', 'finish', 'now_ms', 'random', 'env', 'is_bound', 'log',
].map((name) => [name, function () {}])));
