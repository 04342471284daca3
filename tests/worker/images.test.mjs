// FETCH_IMAGES on workerd, with servers of images in place of the network.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertError } from './answers.mjs';
import { startWorkerd } from './support.mjs';

const kPng = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...Array(600_001).keys()]);
const kParam = 'messages[0].content[0].image_url';

const redirect = (location, status = 302) => new Response('page', { status, headers: { location } });
const image = (body, type = 'image/png') => new Response(body, { headers: { 'content-type': type } });

// What stands at https://images.example.
const kPlaces = {
  '/a.png': () => image(kPng),
  '/moved': () => redirect('/moved-again', 301),
  '/moved-again': () => redirect('https://other.example/b.png', 307),
  '/b.png': () => image(kPng.subarray(0, 1_000)),
  '/inside': () => redirect('http://127.0.0.1/latest/meta-data'),
  '/round': () => redirect('/round'),
  '/page': () => image('<!doctype html>', 'text/html'),
  '/drawing': () => image('<svg xmlns="http://www.w3.org/2000/svg"></svg>', 'image/png'),
  '/missing': () => new Response('page', { status: 404 }),
  '/large': () => image(Buffer.alloc(11_000_000, kPng)),
};

const part = (url) => ({ type: 'image_url', image_url: { url } });
const chatWith = (proxy, ...urls) =>
  proxy.chat([{ role: 'user', content: urls.map(part) }], { stream: false });

test('images are fetched and sent inline [S-01][S-06][S-08][S-09]', async (t) => {
  const asked = [];
  const outbound = async (request) => {
    const { hostname, pathname } = new URL(request.url);
    if (!hostname.endsWith('.example')) {
      const { method, headers } = request;
      headers.delete('content-length');
      return fetch(request.url, { method, headers, body: await request.arrayBuffer() });
    }
    asked.push(request);
    return kPlaces[pathname]();
  };
  const proxy = await startWorkerd(t, { outbound, settings: { FETCH_IMAGES: 'true' } });

  await t.test('what comes reaches Google as base64', async () => {
    const answer = await chatWith(
      proxy,
      'https://images.example/a.png?key=private-1',
      'https://images.example/moved',
    );
    assert.equal(answer.status, 200, answer.text);
    const [call] = proxy.modelCalls();
    assert.deepEqual(
      JSON.parse(call.body).contents[0].parts.map(({ inlineData }) => inlineData),
      [
        { mimeType: 'image/png', data: kPng.toString('base64') },
        { mimeType: 'image/png', data: kPng.subarray(0, 1_000).toString('base64') },
      ],
    );
    assert.deepEqual(asked.map(({ url }) => url).sort(), [
      'https://images.example/a.png?key=private-1',
      'https://images.example/moved',
      'https://images.example/moved-again',
      'https://other.example/b.png',
    ]);
    for (const { method, headers } of asked) {
      assert.equal(method, 'GET');
      assert.equal(headers.get('user-agent'), 'openai-compatible-proxy/0.1');
      for (const name of ['authorization', 'cookie', 'referer', 'x-goog-api-key']) {
        assert.equal(headers.get(name), null);
      }
    }
    const { status } = await proxy.logged(({ ev }) => ev === 'req');
    assert.equal(status, 200);
    assert.ok(!proxy.logs().join('\n').includes('private-1'));
  });

  await t.test('what cannot be had is an error that says where', async () => {
    proxy.google.reset();
    const refused = [
      ['inside', 'invalid_image_url'],
      ['round', 'invalid_image_url'],
      ['missing', 'invalid_image_url'],
      ['page', 'invalid_image_format'],
      ['drawing', 'invalid_image_format'],
      ['large', 'image_too_large'],
    ];
    for (const [place, code] of refused) {
      const answer = await chatWith(proxy, `https://images.example/${place}`);
      assertError(answer, 400, code, kParam);
      assert.doesNotMatch(answer.text, /page|svg|example/);
    }
    assert.equal(proxy.google.requests.length, 0);
  });

  // workerd reads URLs as browsers do; what it would make of these must not get that far.
  await t.test('no spelling of an address gets out [S-03][S-04]', async () => {
    asked.length = 0;
    for (const host of [
      '127.1',
      '0x7f000001',
      '2130706433',
      '0177.0.0.1',
      '%31%32%37.0.0.1',
      '127.xn--1-',
      'a.xn--localhost-',
      '\uff11\uff12\uff17.0.0.1',
      '127\u30021',
      '[::1]',
      'localhost',
      'localhost.',
      'metadata.google.internal',
    ]) {
      const answer = await chatWith(proxy, `https://${host}/a.png`);
      assertError(answer, 400, 'invalid_image_url', kParam);
    }
    assert.equal(asked.length, 0);
    assert.equal(proxy.google.requests.length, 0);
  });
});

test('without the variable nothing is fetched [S-01]', async (t) => {
  const proxy = await startWorkerd(t);
  const answer = await chatWith(proxy, 'https://images.example/a.png');
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(JSON.parse(proxy.modelCalls()[0].body).contents[0].parts[0], {
    fileData: { mimeType: 'image/png', fileUri: 'https://images.example/a.png' },
  });
  assertError(
    await chatWith(proxy, 'http://images.example/a.png'),
    400,
    'invalid_image_url',
    `${kParam}.url`,
  );
});
