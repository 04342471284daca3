// The floor: what a Worker costs that does nothing at all.
export default {
  fetch(request, env) {
    return fetch(new Request(env.UPSTREAM + new URL(request.url).pathname, request));
  },
};
