// What would be uploaded: the files as they are, each as `gzip -9` packs it.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { filesOf } from '../lib/targets.mjs';

//   returns  {name: {raw_kib, gzip_kib}}, numbers
export function run({ names }) {
  const sizes = names.map((name) => {
    const files = filesOf(name).map(({ path }) => readFileSync(path));
    const kib = (size) => files.reduce((sum, file) => sum + size(file), 0) / 1024;
    return [name, {
      raw_kib: kib((file) => file.length),
      gzip_kib: kib((file) => gzipSync(file, { level: 9 }).length),
    }];
  });
  return Object.fromEntries(sizes);
}
