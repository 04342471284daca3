// What Code Assist has besides generating: which tier and project an account has, signing it up,
// its quota. Source: google-gemini/gemini-cli `packages/core/src/code_assist` (server, setup,
// types).
//
// Option `codeAssist`, of which every member may be missing:
//   project          the project all accounts have; others may not be used
//   currentTier      id or object; without it the account has to be signed up first
//   allowedTiers     [{id, name?, isDefault?, userDefinedCloudaicompanionProject?}]
//   ineligibleTiers  [{reasonCode, reasonMessage, tierId?, validationUrl?}]
//   polls            how often an operation is looked at until it is done (default 1)
// Without the option an account is on the free tier and has the project `stand-in-project`.
import { Failure, unexplained } from './errors.mjs';
import { parseJson } from './json.mjs';
import { callerOf } from './oauth.mjs';
import { codeAssist as tree } from './messages_code_assist.mjs';
import { readAs } from './validate.mjs';

const defaultProject = 'stand-in-project';
const tierNames = { 'free-tier': 'Gemini Code Assist for individuals', 'legacy-tier':
  'Gemini Code Assist', 'standard-tier': 'Gemini Code Assist Standard' };
const usual = { project: defaultProject, currentTier: 'free-tier', allowedTiers: undefined };

const tierOf = (tier) => (typeof tier === 'string'
  ? { id: tier, name: tierNames[tier] ?? tier, description: 'A tier of the stand-in for Google.' }
  : tier);

// What is remembered: {started, pending: Map of operation name, onboarded: Map of caller}.
export const newSignUps = () => ({ started: 0, pending: new Map(), onboarded: new Map() });

// Model and project of a body, '' and undefined for one that cannot be read.
export function namedInBody({ target, body }) {
  const text = (value) => (typeof value === 'string' ? value : undefined);
  try {
    const { model, project, cloudaicompanionProject, request } = JSON.parse(body);
    const named = target === 'count' ? text(request?.model)?.replace(/^models\//, '') : text(model);
    return { model: named, project: text(project) ?? text(cloudaicompanionProject) };
  } catch {
    return {};
  }
}

const bodyOf = (call, type) => readAs(type, parseJson(call.bytes), { tree,
  package: 'google.internal.cloud.code.v1internal.' });

// An account that was signed up here has what it got then.
function accountOf({ options, codeAssist: { onboarded } }, call) {
  const configured = options.codeAssist ?? usual;
  return { ...configured, ...onboarded.get(callerOf(call.headers)) };
}

function load(context, call) {
  const asked = bodyOf(call, 'LoadCodeAssistRequest');
  const account = accountOf(context, call);
  const { currentTier, ineligibleTiers } = account;
  const allowedTiers = account.allowedTiers
    ?? [{ ...tierOf('free-tier'), isDefault: true },
      { ...tierOf('standard-tier'), userDefinedCloudaicompanionProject: true }];
  const project = account.project ?? asked.cloudaicompanionProject;
  const answer = {};
  if (currentTier !== undefined) answer.currentTier = tierOf(currentTier);
  if (allowedTiers.length > 0) answer.allowedTiers = allowedTiers.map(tierOf);
  if (ineligibleTiers?.length > 0) answer.ineligibleTiers = ineligibleTiers;
  if (currentTier !== undefined && project) answer.cloudaicompanionProject = project;
  return answer;
}

const failedPrecondition = (message) =>
  new Failure(400, message, { status: 'FAILED_PRECONDITION' });

function onboard(context, call) {
  const { tierId, cloudaicompanionProject: given } = bodyOf(call, 'OnboardUserRequest');
  const { allowedTiers = [{ id: 'free-tier' }, { id: 'standard-tier' }], project = defaultProject,
    polls = 1 } = accountOf(context, call);
  if (!tierId) throw unexplained('tierId is missing');
  const isAllowed = allowedTiers.some((tier) => tierOf(tier).id === tierId);
  if (!isAllowed) throw failedPrecondition(`User is not eligible for tier ${tierId}.`);
  const isFree = tierId === 'free-tier';
  if (isFree && given) throw failedPrecondition('Precondition Failed');
  if (!isFree && !given) throw failedPrecondition(`Tier ${tierId} needs a project of the user.`);
  const { codeAssist: signUps } = context;
  signUps.started += 1;
  const name = `operations/onboard-${signUps.started}`;
  const owner = callerOf(call.headers);
  const got = { currentTier: tierId, project: isFree ? project : given };
  signUps.pending.set(name, { owner, got, polls });
  return operationOf(signUps, name);
}

// A long-running operation as it stands; when it is done the account is signed up.
function operationOf({ pending, onboarded }, name) {
  const { owner, got, polls } = pending.get(name);
  const type = 'type.googleapis.com/google.internal.cloud.code.v1internal.OnboardUser';
  const operation = { name, metadata: { '@type': `${type}Metadata` } };
  if (polls > 0) return operation;
  onboarded.set(owner, got);
  return { ...operation, done: true, response: { '@type': `${type}Response`,
    cloudaicompanionProject: { id: got.project, name: got.project } } };
}

function operation({ codeAssist: signUps }, { name, headers }) {
  const found = signUps.pending.get(name);
  if (found?.owner !== callerOf(headers)) throw new Failure(404, 'Requested entity was not found.');
  found.polls -= 1;
  return operationOf(signUps, name);
}

function quota({ options }, call) {
  const { project } = bodyOf(call, 'RetrieveUserQuotaRequest');
  if (!project) throw unexplained('project is missing');
  const resetTime = new Date(options.now() + 86_400_000).toISOString();
  return { buckets: options.models.map((modelId) => ({ resetTime, tokenType: 'REQUESTS', modelId,
    remainingFraction: 1, remainingAmount: '1000' })) };
}

// By target: (context, call) -> the answer's JSON.
export const codeAssistMethods = { load, onboard, operation, quota };
