// Makes a small value that fits a schema, in the JSON Schema or the OpenAPI dialect. Always the
// same for the same schema. No general solver: patterns, conditionals and `not` are not looked at.
const maxDepth = 8;

// A value for `schema`. `name` is the property it is for and appears in made-up strings.
export function sample(schema, name = 'value', root = schema, depth = 0) {
  const node = resolve(schema, root);
  if (typeof node !== 'object' || node === null || depth > maxDepth) return `stand-in ${name}`;
  if (node.const !== undefined) return node.const;
  if (node.enum?.length > 0) return node.enum[0];
  const options = node.anyOf ?? node.oneOf ?? node.allOf;
  if (options?.length > 0 && !node.properties) {
    const option = options.find((each) => typeOf(resolve(each, root)) !== 'null') ?? options[0];
    return sample(option, name, root, depth + 1);
  }
  const make = makers[typeOf(node)] ?? makers.string;
  return make(node, name, root, depth);
}

function resolve(schema, root) {
  let node = schema;
  for (let hops = 0; typeof node?.$ref === 'string' && hops < maxDepth; hops += 1) {
    const path = node.$ref.split('/').slice(1).map(decodeURIComponent);
    node = path.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce((value, key) => value?.[key], root);
  }
  return node;
}

function typeOf(node) {
  const types = [node?.type].flat().filter(Boolean).map((type) => String(type).toLowerCase());
  if (types.length > 0) return types.find((type) => type !== 'null') ?? 'null';
  if (node?.properties) return 'object';
  return node?.items || node?.prefixItems ? 'array' : 'string';
}

const makers = {
  null: () => null,
  boolean: () => true,
  number: (node) => clamp(node, 1.5),
  integer: (node) => Math.ceil(clamp(node, 1)),
  string: makeString,
  array: makeArray,
  object: makeObject,
};

function clamp({ minimum = -Infinity, maximum = Infinity }, wish) {
  return Math.min(Math.max(wish, Number(minimum)), Number(maximum));
}

function makeString({ format, minLength = 0, maxLength = Infinity }, name) {
  if (format === 'date-time') return '2025-01-01T00:00:00Z';
  if (format === 'date') return '2025-01-01';
  return `stand-in ${name}`.padEnd(Number(minLength), '.').slice(0, Number(maxLength));
}

function makeArray({ items = {}, prefixItems = [], minItems = 1 }, name, root, depth) {
  const first = prefixItems.map((item) => sample(item, name, root, depth + 1));
  const wanted = depth >= maxDepth - 2 ? Number(minItems) : Math.max(Number(minItems), 1);
  const missing = prefixItems.length > 0 ? 0 : wanted;
  return [...first, ...Array.from({ length: missing }, () => sample(items, name, root, depth + 1))];
}

// All properties; deep inside (a schema that refers to itself) only the required ones.
function makeObject({ properties = {}, required = [] }, name, root, depth) {
  const names = Object.keys(properties)
    .filter((key) => depth < 3 || required.includes(key));
  return Object.fromEntries(names.map((key) =>
    [key, sample(properties[key], key, root, depth + 1)]));
}
