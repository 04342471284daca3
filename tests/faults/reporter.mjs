// A reporter for `node --test`: what became of each test, one line each, in the form that
// tests/support/catch_results.cpp writes (state, name). `npm run faults` reads it.
export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const isLeftOut = data.skip !== undefined || data.todo !== undefined;
    const state = type === 'test:fail' ? 'failed' : isLeftOut ? 'skipped' : 'passed';
    yield `${state}\t${data.name.replaceAll(/\s+/g, ' ')}\n`;
  }
}
