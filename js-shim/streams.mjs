// Bodies on their way in and out.
const kBytes = { mode: 'byob' };
const kMostRoom = 256 * 1024;
const kGatherBytes = 64 * 1024;
const kUploadBytes = 256 * 1024;
export const ignore = () => {}; // a writer's failure is seen through its `closed`

// A body that is read piece by piece, into one buffer that the stream gives back with each piece.
export class Source {
  constructor(stream, room, drop) {
    Object.assign(this, { stream, room, drop });
  }

  // The next bytes, or nothing at the end.
  //   ms  how long they are let gather first
  read(ms) {
    if (!this.stream) return Promise.resolve();
    this.reader ??= this.stream.getReader(kBytes);
    return ms > 0 && !this.ended ? this.gather(ms).then(() => this.ask()) : this.ask();
  }

  ask() {
    return this.reader.read(new Uint8Array(this.room)).then(({ done, value }) => {
      if (done) return undefined;
      const isFull = value.length === value.buffer.byteLength && value.length < kMostRoom;
      this.room = isFull ? 2 * value.length : value.buffer; // a size, or a buffer
      return value;
    });
  }

  // Ends in `ms`, or as soon as kGatherBytes or the end have come. The platform gives one network
  // chunk a read, so reading late alone would gather nothing. Of two branches of the stream one is
  // drained natively; the other, which is read, keeps all that went by.
  gather(ms) {
    if (!this.drain) {
      this.reader.releaseLock();
      const [kept, drained] = this.stream.tee();
      const { readable, writable } = new IdentityTransformStream();
      drained.pipeTo(writable).catch(ignore);
      this.reader = kept.getReader(kBytes);
      this.drain = readable.getReader(kBytes);
      this.spare = new ArrayBuffer(kGatherBytes);
    }
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.enough = () => { clearTimeout(timer); resolve(); };
      this.gathering ??= this.drain.readAtLeast(kGatherBytes, new Uint8Array(this.spare))
        .then(({ value }) => {
          this.ended = value?.length !== kGatherBytes;
          this.spare = value?.buffer;
        }, () => { this.ended = true; })
        .then(() => { this.gathering = undefined; this.enough(); });
    });
  }
}

// A body for fetch. A large one is a stream that is copied out of the wasm's memory as the upstream
// takes it; how much of it there is travels along, so that it has a Content-Length.
//   pieces  place and size of each, in memory() as it is at that time
//   goesOn  whether the pieces are still there
export function upload(pieces, memory, goesOn) {
  let total = 0;
  for (let i = 1; i < pieces.length; i += 2) total += pieces[i];
  if (total === 0) return null;
  if (total <= kUploadBytes) {
    const whole = new Uint8Array(total);
    for (let i = 0, at = 0; i < pieces.length; at += pieces[i + 1], i += 2) {
      whole.set(memory().subarray(pieces[i], pieces[i] + pieces[i + 1]), at);
    }
    return whole;
  }
  const { readable, writable } = new FixedLengthStream(total);
  send(writable.getWriter(), pieces, memory, goesOn).catch(ignore);
  return readable;
}

// One buffer serves all writes: each has been taken when the next one begins.
async function send(writer, pieces, memory, goesOn) {
  const buffer = new Uint8Array(kUploadBytes);
  for (let i = 0; i < pieces.length; i += 2) {
    const end = pieces[i] + pieces[i + 1];
    for (let at = pieces[i]; at < end; at += kUploadBytes) {
      if (!goesOn()) return writer.abort();
      const size = Math.min(kUploadBytes, end - at);
      buffer.set(memory().subarray(at, at + size));
      await writer.write(buffer.subarray(0, size));
    }
  }
  return writer.close();
}
