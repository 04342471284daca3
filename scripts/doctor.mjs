// `npm run doctor`: says what is wrong with the configuration, and how to mend it. It starts the
// real Worker on this machine, or asks a deployed one.
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  ask, checkedUrl, isInteractive, pathOf, readOptions, runCommand, Stop,
} from './lib/command.mjs';
import {
  checkApiKey, checkDevVars, checkSecrets, checkToml, checkTools, keysOf,
} from './lib/doctor_config.mjs';
import { examineWorker } from './lib/doctor_worker.mjs';
import { Report } from './lib/report.mjs';

const kRoot = fileURLToPath(new URL('..', import.meta.url));

const kHelp = `
Checks tools, configuration, secrets, token cache, region and every Google account, and says for
each what is wrong and how to mend it. Each account makes one access token and one tiny chat.

  npm run doctor                      the Worker on this machine, with .dev.vars
  npm run doctor -- --url https://... a deployed Worker

  --url URL        address of the deployed Worker; its API_KEY comes from --key-file, else from the
                   variable API_KEY of the environment, else it is asked for
  --key-file FILE  file that holds the key and nothing else
  --model NAME     model of the tiny chat, gemini-2.5-flash-lite if left out
  --config FILE    another wrangler.toml; its .dev.vars is the one beside it
  --json           prints one JSON value instead of lines

Exit code: 0 all is well (there may be warnings), 1 something FAILs, 2 called in a wrong way.
`;

const kText = { type: 'string' };
const kOptions = {
  url: kText,
  'key-file': kText,
  model: { type: 'string', default: 'gemini-2.5-flash-lite' },
  config: { type: 'string', default: join(kRoot, 'wrangler.toml') },
  json: { type: 'boolean', default: false },
};

// The key of a deployed Worker; never from the command line, which other users can see.
async function keyFor(options) {
  let text = process.env.API_KEY ?? '';
  if (options['key-file']) {
    try {
      text = readFileSync(pathOf(options['key-file']), 'utf8');
    } catch (error) {
      throw new Stop(`${options['key-file']} cannot be read (${error.code}).`, 2);
    }
  } else if (text.trim() === '' && isInteractive()) {
    text = await ask('API_KEY of the Worker (not shown): ', { hidden: true });
  }
  const [key] = keysOf(text) ?? [];
  if (/^[\x21-\x7e]{1,512}$/.test(key ?? '')) return key;
  throw new Stop('The key of the Worker is missing, or is no key: use --key-file FILE, or the '
    + 'variable API_KEY of the environment.', 2);
}

async function examineDeployed(report, options) {
  const url = checkedUrl(options.url, '--url').replace(/\/v1$/, '');
  const key = await keyFor(options);
  await examineWorker(report, { url, key, isLocal: false }, { model: options.model });
  return url;
}

// The owner's keys, and one for this run.
function withOwnKey(value, key) {
  const keys = keysOf(value) ?? [];
  return JSON.stringify([...keys, key]);
}

async function examineLocal(report, options) {
  const config = pathOf(options.config);
  if (!checkTools(report, kRoot)) return;
  // Not before it is known that the packages are there.
  const { localVars, startLocalWorker } = await import('./lib/local_worker.mjs');
  const vars = checkToml(report, config, () => localVars(config));
  if (vars === null) return;
  const hasFile = checkDevVars(report, join(dirname(config), '.dev.vars')) !== null;
  if (!hasFile && vars.ACCOUNTS === undefined) return; // all else would only follow from that
  checkApiKey(report, vars);
  checkSecrets(report, vars);
  report.group('Worker');
  const key = randomBytes(32).toString('hex');
  let worker;
  try {
    worker = await startLocalWorker({ ...vars, API_KEY: withOwnKey(vars.API_KEY, key) }, config);
  } catch (error) {
    report.fail(`It does not start: ${String(error.message).split('\n')[0]}`, 'npm run build');
    return;
  }
  try {
    const { url, cacheKeys } = worker;
    await examineWorker(report, { url, key, isLocal: true }, { model: options.model, cacheKeys });
  } finally {
    await worker.close();
  }
}

async function main(words) {
  const options = readOptions(words, kOptions, kHelp);
  if (options === null) return 0;
  if (options['key-file'] && !options.url) throw new Stop('--key-file goes with --url.', 2);
  const report = new Report({ isJson: options.json });
  const target = options.url ? await examineDeployed(report, options) : 'local';
  if (!options.url) await examineLocal(report, options);
  return report.end(target);
}

await runCommand(main);
