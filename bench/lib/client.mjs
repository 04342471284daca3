// One keep-alive connection that sends requests made beforehand and looks at the answers as little
// as possible: where they end, and the stamps in them (answers.mjs).
import { once } from 'node:events';
import net from 'node:net';
import { kStampStart, now_us } from './answers.mjs';

const kStampBytes = 20; // [t=0000000000000000]
const kSilence_ms = 30_000;

export const kKey = 'bench-key';

// The bytes of a POST with this body.
export function requestOf(body) {
  const head =
    'POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n' +
    `authorization: Bearer ${kKey}\r\ncontent-type: application/json\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

export async function connect(port) {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return new Connection(socket);
}

class Connection {
  constructor(socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.setTimeout(kSilence_ms, () => socket.destroy(new Error('no byte for 30 s')));
    socket.on('data', (piece) => this.take(piece));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the connection was closed')));
  }

  // Sends a request and waits for the end of its answer.
  //   onStamp  called with each stamp found: (sent_us, received_us)
  //   keep     also returns the bytes of the answer, as text
  //   returns  {status, first_us, total_us, stamps, text}; first_us: until the first content
  send(request, { onStamp, keep = false } = {}) {
    this.onStamp = onStamp;
    this.kept = keep ? [] : undefined;
    Object.assign(this, { head: '', length: undefined, inHead: true, received: 0, carry: '' });
    this.found = { status: 0, first_us: 0, total_us: 0, stamps: 0 };
    const ended = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.started_us = now_us();
    this.socket.write(request);
    return ended;
  }

  fail(error) {
    this.reject?.(error);
  }

  take(piece) {
    const time_us = now_us();
    let text = piece.latin1Slice();
    this.kept?.push(piece);
    if (this.inHead) {
      this.head += text;
      const end = this.head.indexOf('\r\n\r\n');
      if (end < 0) return;
      text = this.head.slice(end + 4);
      this.inHead = false;
      this.found.status = Number(this.head.slice(9, 12));
      const length = /\r\ncontent-length: *(\d+)/i.exec(this.head.slice(0, end + 2));
      this.length = length ? Number(length[1]) : undefined;
    }
    this.received += text.length;
    this.look(this.carry + text, time_us);
    const isEnd =
      this.length === undefined ? this.tail === '\r\n0\r\n\r\n' : this.received >= this.length;
    if (isEnd) this.end(time_us);
  }

  look(text, time_us) {
    let at = 0;
    for (;;) {
      const found = text.indexOf(kStampStart, at);
      if (found < 0 || found + kStampBytes > text.length) break;
      at = found + kStampBytes;
      if (this.found.stamps === 0) this.found.first_us = time_us - this.started_us;
      this.found.stamps += 1;
      this.onStamp?.(Number(text.slice(found + 3, at - 1)), time_us);
    }
    this.carry = text.slice(Math.max(at, text.length - kStampBytes));
    this.tail = text.slice(-7);
  }

  end(time_us) {
    const { resolve, found } = this;
    found.total_us = time_us - this.started_us;
    if (this.kept) found.text = Buffer.concat(this.kept).toString();
    this.reject = undefined;
    if (found.status === 200) resolve(found);
    else resolve(Promise.reject(new Error(`status ${found.status}: ${this.head.slice(0, 1500)}`)));
  }

  close() {
    this.reject = undefined;
    this.socket.destroy();
  }
}
