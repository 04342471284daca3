// Reads JSON into a message the way Google's gateway does: camelCase and snake_case names, unknown
// names refused, scalars converted where protobuf's JSON mapping allows it, every violation named
// with the snake_case path. Knows nothing of any particular message: that is `messages.mjs`.
// Source: protobuf.dev "ProtoJSON", error texts as seen in public reports.
import { enums } from './messages.mjs';

const defaultPackage = 'google.ai.generativelanguage.v1beta.';
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const compiled = new WeakMap();

// Field table of every message of a tree, made once: name in either spelling -> field.
function compile(tree) {
  let types = compiled.get(tree);
  if (types) return types;
  types = new Map(Object.entries(tree).map(([type, fields]) => [type, compileFields(fields)]));
  compiled.set(tree, types);
  return types;
}

function compileFields(fields) {
  const table = new Map();
  const add = (key, spec, oneof) => {
    const [, shape, type] = /^(\[\]|\{\})?(\w+)$/.exec(spec);
    const [list, map] = [shape === '[]', shape === '{}'];
    const field = { key, snake: snake(key), type, oneof, list, map };
    table.set(key, field).set(field.snake, field);
  };
  for (const [key, spec] of Object.entries(fields)) {
    if (typeof spec === 'string') add(key, spec);
    else for (const [member, of] of Object.entries(spec[0])) add(member, of, key);
  }
  return table;
}

// Reads `json` as message `type` of `tree`; `package_` stands before names of types in errors.
//   returns  {message, violations: [{field?, description}]}; keys of `message` are camelCase
export function readMessage(tree, type, json, package_ = defaultPackage) {
  const reader = new Reader(compile(tree), package_);
  if (!isObject(json)) {
    return { message: {}, violations: [unknownName('', '', 'Root element must be a message.')] };
  }
  const message = reader.message(type, json, '');
  return { message, violations: reader.violations };
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const join = (path, name) => (path === '' ? name : `${path}.${name}`);

function unknownName(name, path, why) {
  const at = path === '' ? '' : ` at '${path}'`;
  const description = `Invalid JSON payload received. Unknown name "${name}"${at}: ${why}`;
  return path === '' ? { description } : { field: path, description };
}

class Reader {
  constructor(types, package_) {
    this.types = types;
    this.package = `type.googleapis.com/${package_}`;
    this.violations = [];
  }

  message(type, json, path) {
    const table = this.types.get(type);
    const message = {};
    const taken = new Map();
    for (const [name, value] of Object.entries(json)) {
      const field = table.get(name);
      if (!field) {
        this.violations.push(unknownName(name, path, 'Cannot find field.'));
      } else if (value !== null) {
        this.take(taken, field, name, path);
        this.field(message, field, name, value, path);
      }
    }
    return message;
  }

  take(taken, field, name, path) {
    if (field.oneof === undefined) return;
    if (taken.has(field.oneof)) {
      this.invalid(path, 'oneof',
        `oneof field '${field.oneof}' is already set. Cannot set '${name}'`);
    }
    taken.set(field.oneof, name);
  }

  // A single value is taken for a list of one, as Google's reader does; a list for a single value
  // is a violation.
  field(message, field, name, value, path) {
    const at = join(path, field.snake);
    if (field.map) {
      message[field.key] = this.map(field, value, at);
    } else if (field.list) {
      message[field.key] = Array.isArray(value)
        ? value.map((item, index) => this.value(field.type, item, `${at}[${index}]`))
        : [this.value(field.type, value, at)];
    } else if (Array.isArray(value) && field.type !== 'value') {
      this.violations.push(
        unknownName(name, path, 'Proto field is not repeating, cannot start list.'));
    } else {
      message[field.key] = this.value(field.type, value, at);
    }
  }

  map(field, value, at) {
    if (!isObject(value)) {
      this.invalid(at, 'Map', JSON.stringify(value));
      return {};
    }
    return Object.fromEntries(Object.entries(value).map(([key, item], index) =>
      [key, this.value(field.type, item, `${at}[${index}].value`)]));
  }

  value(type, value, at) {
    if (type === 'value') return value;
    if (this.types.has(type) || type === 'struct') {
      if (isObject(value)) return type === 'struct' ? value : this.message(type, value, at);
      const name = type === 'struct' ? typeName(type) : this.package + type;
      return this.invalid(at, name, JSON.stringify(value));
    }
    if (enums[type]) return this.enum(type, value, at);
    if (isObject(value)) {
      return this.invalid(at, typeName(type), 'Starting an object on a scalar field');
    }
    const result = scalars[type](value);
    if (result !== undefined) return result;
    const isText = type === 'bytes' && typeof value === 'string';
    const why = isText ? 'Base64 decoding failed for ' : '';
    return this.invalid(at, typeName(type), why + JSON.stringify(value));
  }

  // Names are compared without case: Google accepts "object" for OBJECT.
  enum(type, value, at) {
    const [name, ...values] = enums[type];
    if (Number.isInteger(value) && value >= 0 && value < values.length) return values[value];
    const upper = typeof value === 'string' ? value.toUpperCase() : undefined;
    if (values.includes(upper)) return upper;
    return this.invalid(at, this.package + name, JSON.stringify(value));
  }

  invalid(at, type, shown) {
    const description = `Invalid value at '${at}' (${type}), ${shown}`;
    this.violations.push(at === '' ? { description } : { field: at, description });
    return undefined;
  }
}

const typeName = (type) => ({
  struct: 'type.googleapis.com/google.protobuf.Struct',
  duration: 'type.googleapis.com/google.protobuf.Duration',
  timestamp: 'type.googleapis.com/google.protobuf.Timestamp',
}[type] ?? `TYPE_${type.toUpperCase()}`);

const number = (value, most) => {
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
  const result = isNumeric ? Number(value) : NaN;
  return Math.abs(result) <= most ? result : undefined;
};
const integer = (value, most) => {
  const result = number(value, most);
  return Number.isInteger(result) ? result : undefined;
};
const text = (value) => (typeof value === 'string' ? value : undefined);
const matching = (pattern) => (value) =>
  (typeof value === 'string' && pattern.test(value) ? value : undefined);

const bools = new Map([[true, true], ['true', true], [false, false], ['false', false]]);

// Reader of one scalar: the value, or undefined where it is not of the type.
const scalars = {
  string: text,
  bool: (value) => bools.get(value),
  float: (value) => number(value, 3.4028234663852886e38),
  double: (value) => number(value, Number.MAX_VALUE),
  int32: (value) => integer(value, 2147483647),
  int64: (value) => integer(value, Number.MAX_SAFE_INTEGER),
  bytes: (value) => (typeof value === 'string' && isBase64(value) ? value : undefined),
  duration: matching(/^-?\d+(\.\d{1,9})?s$/),
  timestamp: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/),
};

// Standard and URL alphabet, padding optional; not a length no encoder produces.
function isBase64(value) {
  if (!/^[A-Za-z0-9+/_\s-]*={0,2}$/.test(value)) return false;
  return value.replace(/[\s=]/g, '').length % 4 !== 1;
}
