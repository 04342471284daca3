// Thought signatures. The stand-in issues its own and can tell whether one comes back unchanged, on
// the part it was issued for. Source: ai.google.dev "Thought signatures".
import { createHash, createHmac } from 'node:crypto';

const salt = 'stand-in thought signature';
// Accepted by Google in place of a real one, as they stand or (from clients that hold bytes) in
// base64.
const dummies = new Set(['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go']
  .flatMap((text) => [text, Buffer.from(text).toString('base64')]));

// For anything that must look random and be the same for the same text.
export const hash = (text) => createHash('sha256').update(text).digest();
const mac = (bytes) => createHmac('sha256', salt).update(bytes).digest().subarray(0, 16);

// Signature for a part. `route` is the upstream that issues it (a signature of another one is
// refused), `name` the function's name or '' for a text part, `seed` anything that differs.
export function signPart(route, name, seed) {
  const bytes = Buffer.concat([hash(route).subarray(0, 4), hash(name).subarray(0, 8),
    hash(seed).subarray(0, 24)]);
  return Buffer.concat([bytes, mac(bytes)]).toString('base64');
}

// True if the signature was issued by this route for a part of this name, or is a dummy.
export function isOurSignature(route, name, signature) {
  if (dummies.has(signature)) return true;
  const bytes = Buffer.from(signature, 'base64');
  if (bytes.length !== 52) return false;
  const signed = bytes.subarray(0, 36);
  return mac(signed).equals(bytes.subarray(36))
    && signed.subarray(0, 4).equals(hash(route).subarray(0, 4))
    && signed.subarray(4, 12).equals(hash(name).subarray(0, 8));
}
