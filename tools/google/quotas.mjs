// Requests per minute and per day of a project and model, counted from the first call on, and the
// 429 of each upstream. A day ends at midnight in California.
// Source: ai.google.dev "Rate limits"; error bodies from public reports, google-gemini/gemini-cli
// `packages/core/src/utils/googleQuotaErrors.ts`.
import { detail, Failure } from './errors.mjs';
import { callerOf } from './oauth.mjs';

export const perMinute = 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier';
export const perDay = 'GenerateRequestsPerDayPerProjectPerModel-FreeTier';
const minuteMs = 60_000;
const dayRetry = '30s'; // Google says something short there, too

// Whose quota and whose cache a call uses: its project, or else who calls.
export const ownerOf = ({ upstream, project, headers }) => {
  const named = project ?? (upstream === 'gemini_api' ? headers['x-goog-user-project'] : undefined);
  return `${upstream} ${named === undefined ? `caller ${callerOf(headers)}` : `project ${named}`}`;
};

const californianDay = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' });

export class Quotas {
  constructor() {
    this.clear();
  }

  clear() {
    this.spent = new Map();
  }

  // Counts a call, or throws the 429 of a quota that is spent.
  spend(call, { quota, now }) {
    if (!quota) return;
    const { requestsPerMinute = Infinity, requestsPerDay = Infinity } = quota;
    const key = `${ownerOf(call)} ${call.model}`;
    const day = californianDay.format(now());
    let used = this.spent.get(key);
    if (used?.day !== day) used = { day, count: 0, times: used?.times ?? [] };
    this.spent.set(key, used);
    used.times = used.times.filter((time) => time > now() - minuteMs);
    if (used.count >= requestsPerDay) throw quotaFailure(call, perDay, requestsPerDay, dayRetry);
    if (used.times.length >= requestsPerMinute) {
      const waitMs = (used.times.at(-requestsPerMinute) ?? now()) + minuteMs - now();
      throw quotaFailure(call, perMinute, requestsPerMinute, `${waitMs / 1000}s`);
    }
    used.count += 1;
    used.times.push(now());
  }
}

// The 429 as the call's upstream words it: Vertex AI says nothing more, Code Assist has a reason.
function quotaFailure(call, quotaId, limit, retryDelay) {
  const { code, message, ...more } = quotaError(call.model, quotaId, `${limit}`, retryDelay);
  if (call.upstream === 'vertex') return new Failure(429, resourceExhausted);
  if (call.upstream !== 'code_assist') return new Failure(code, message, more);
  const [reason, domain] = [quotaId === perDay ? 'QUOTA_EXHAUSTED' : 'RATE_LIMIT_EXCEEDED',
    'cloudcode-pa.googleapis.com'];
  const delay = quotaId === perDay ? '51820.638305887s' : retryDelay;
  const metadata = { model: call.model, uiMessage: 'true', quotaResetDelay: delay };
  return new Failure(429, 'You have exhausted your capacity on this model. Your quota will reset '
    + `after ${delay}.`, { details: [detail('ErrorInfo', { reason, domain, metadata }),
    detail('RetryInfo', { retryDelay: delay })] });
}

export const resourceExhausted = 'Resource exhausted. Please try again later. Please refer to '
  + 'https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.';

// A quota error as the Gemini API sends it: {code, message, details}.
export function quotaError(model, quotaId, quotaValue, retryDelay) {
  const quotaMetric = 'generativelanguage.googleapis.com/generate_content_free_tier_requests';
  const quotaDimensions = { location: 'global', model };
  const details = [
    detail('QuotaFailure', { violations: [{ quotaMetric, quotaId, quotaDimensions, quotaValue }] }),
    detail('Help', { links: [{ description: 'Learn more about Gemini API quotas',
      url: 'https://ai.google.dev/gemini-api/docs/rate-limits' }] }),
  ];
  if (retryDelay) details.push(detail('RetryInfo', { retryDelay }));
  const retry = retryDelay ? `\nPlease retry in ${retryDelay}.` : '';
  return { code: 429, message: 'You exceeded your current quota, please check your plan and '
    + 'billing details. For more information on this error, head to: '
    + 'https://ai.google.dev/gemini-api/docs/rate-limits.\n* Quota exceeded for metric: '
    + `${quotaMetric}, limit: ${quotaValue}, model: ${model}${retry}`, details };
}
