// Google's place in the benchmark, in a process of its own: answers every request by the plan of
// the moment, which the parent process sets. It speaks just enough HTTP, and what it answers is
// made beforehand, so that it is never what one waits for. It is the product's token endpoint and
// its KV, too.
import net from 'node:net';
import { answer, burst, eventChunk, kStreamHead, now_us, wholeAnswer } from './answers.mjs';

const kToken = answer(
  '200 OK',
  '{"access_token": "bench-access-token", "expires_in": 3599, "token_type": "Bearer"}',
);
const kNoSuchKey = answer('404 Not Found', '', 'text/plain');
const kStored = answer('200 OK', '', 'text/plain');
const store = new Map(); // KV, by path
const kWhole = wholeAnswer();
const kOneEvent = burst(1);

// `events` of a stream; `interval_ms`: one each so often, 0: all at once; `whole`: not a stream
let plan = { events: 1, interval_ms: 0, whole: false };
let planned = kOneEvent;
let counts;
const resetCounts = () => { counts = { requests: 0, tokens: 0, kvReads: 0, kvWrites: 0 }; };
resetCounts();

function respond(socket, [method, target], body) {
  const [path] = target.split('?');
  if (method === 'GET') {
    counts.kvReads += 1;
    const value = store.get(path);
    socket.write(value === undefined ? kNoSuchKey : answer('200 OK', value, 'text/plain'));
  } else if (method === 'PUT' || method === 'DELETE') {
    counts.kvWrites += 1;
    if (method === 'PUT') store.set(path, body);
    else store.delete(path);
    socket.write(kStored);
  } else if (path === '/token') {
    counts.tokens += 1;
    socket.write(kToken);
  } else {
    counts.requests += 1;
    respondToChat(socket, path);
  }
}

function respondToChat(socket, path) {
  // The product asks for a stream, whatever its own client wants.
  if (plan.whole) socket.write(path.includes(':stream') ? kOneEvent : kWhole);
  else if (plan.interval_ms === 0) socket.write(planned);
  else pace(socket, plan);
}

function pace(socket, { events, interval_ms }) {
  let sent = 1;
  socket.write(kStreamHead + eventChunk(events === 1, now_us()));
  if (events === 1) return;
  const timer = setInterval(() => {
    sent += 1;
    if (sent === events) clearInterval(timer);
    if (socket.destroyed) clearInterval(timer);
    else socket.write(eventChunk(sent === events, now_us()));
  }, interval_ms);
}

// Reads requests off a connection: heads are looked at, bodies only counted, but for those of KV.
class Requests {
  constructor(socket) {
    this.socket = socket;
    this.text = ''; // a head, or framing of a chunked body, that is not whole yet
    this.left = 0; // bytes of a body, or of a chunk of it with its line end, still to come
    this.state = 'head';
  }

  take(piece) {
    const isPlain = this.state === 'body' || this.state === 'chunk';
    if (isPlain && this.left > piece.length && !this.isKept) {
      this.left -= piece.length;
      return;
    }
    this.text += piece.latin1Slice();
    while (this[this.state]());
  }

  // Each step takes what it can and tells whether the next one may try.
  head() {
    const end = this.text.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const head = this.text.slice(0, end);
    this.text = this.text.slice(end + 4);
    this.asked = head.slice(0, head.indexOf('\r\n')).split(' ');
    this.isKept = this.asked[0] === 'PUT';
    this.kept = '';
    this.left = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    this.state = /\r\ntransfer-encoding: *chunked/i.test(head) ? 'size' : 'body';
    return true;
  }

  body() {
    this.skip();
    if (this.left > 0) return false;
    this.state = 'head';
    respond(this.socket, this.asked, this.kept);
    return this.text !== '';
  }

  size() {
    const size = this.line();
    if (size === undefined) return false;
    const bytes = parseInt(size, 16);
    this.left = bytes === 0 ? 0 : bytes + 2;
    this.state = bytes === 0 ? 'trailer' : 'chunk';
    return true;
  }

  chunk() {
    this.skip();
    if (this.left > 0) return false;
    this.kept = this.kept.slice(0, -2); // the line end
    this.state = 'size';
    return true;
  }

  trailer() {
    const line = this.line();
    if (line === '') this.state = 'body';
    return line !== undefined;
  }

  skip() {
    const taken = Math.min(this.left, this.text.length);
    if (this.isKept) this.kept += this.text.slice(0, taken);
    this.left -= taken;
    this.text = this.text.slice(taken);
  }

  line() {
    const end = this.text.indexOf('\r\n');
    if (end < 0) return undefined;
    const found = this.text.slice(0, end);
    this.text = this.text.slice(end + 2);
    return found;
  }
}

function serve(socket) {
  const requests = new Requests(socket);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (piece) => requests.take(piece));
}

const server = net.createServer(serve);
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', (message) => {
  if (message.plan) {
    plan = message.plan;
    planned = burst(plan.events);
    resetCounts();
  }
  process.send({ counts });
});
process.on('disconnect', () => process.exit());
