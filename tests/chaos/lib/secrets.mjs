// Marked values for everything that is secret, and where they turn up.
const kAccessToken = /access-\d+-for-[0-9a-f]{8}/;

//   returns  {make(name, text?) => the secret, in(text) => names of those that the text has}
export function makeSecrets(random) {
  const known = new Map();
  const make = (name, text) => {
    const value = text ?? `hush-${random.below(2 ** 31).toString(36)}-${known.size}`;
    known.set(name, value);
    return value;
  };
  return {
    make,
    in(text) {
      // Most have the same beginning, so one look is enough in nearly all texts.
      const mayHave = text.includes('hush-') || text.includes(known.get('private key') ?? 'hush-');
      const found = mayHave
        ? [...known].filter(([, value]) => text.includes(value)).map(([name]) => name)
        : [];
      if (kAccessToken.test(text)) found.push('access token');
      return found;
    },
  };
}
