// Opens an address in the browser of this machine, if there is one.
import { spawn } from 'node:child_process';

const kOpeners = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'], // `start` would stumble over every `&`
};

// Does not wait, and a failure does not matter: the address is printed as well.
export function openBrowser(url) {
  const [program, ...words] = kOpeners[process.platform] ?? ['xdg-open'];
  try {
    const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true });
    child.on('error', () => {});
    child.unref();
  } catch {
    // No such program.
  }
}
