// Rules on `tools`, `toolConfig` and on schemas of the OpenAPI kind (`parameters`,
// `responseSchema`). JSON Schemas (`parametersJsonSchema`, `responseJsonSchema`) may hold any
// keyword. Source: ai.google.dev "Function calling", "Structured outputs"; public error reports.
import { brokenRules, invalid } from './errors.mjs';

const goodName = /^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/;
const nameRule = 'Invalid function name. Must start with a letter or an underscore. Must be '
  + 'alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a '
  + 'maximum length of 128.';
const maxDeclarations = 512;

export const declarationsOf = (request) =>
  (request.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);

export function checkTools({ request, family, options }) {
  const declarations = declarationsOf(request);
  const names = declarations.map((declaration) => declaration.name);
  const broken = [
    ...brokenDeclarations(request.tools ?? []),
    ...brokenSchema(request.generationConfig?.responseSchema, 'generation_config.response_schema'),
    ...brokenMode(request.toolConfig?.functionCallingConfig, names),
  ];
  if (broken.length > 0) throw brokenRules(broken);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw invalid(`Duplicate function declaration found: ${twice}`);
  if (request.toolConfig?.functionCallingConfig && declarations.length === 0) {
    throw invalid('Function calling config is set without function_declarations.');
  }
  const isGemini = [undefined, 'gemini_api'].includes(options.upstream);
  checkCombination(request, family, declarations.length > 0, isGemini);
}

function brokenDeclarations(tools) {
  return tools.flatMap((tool, toolIndex) => {
    const declarations = tool.functionDeclarations ?? [];
    const path = `tools[${toolIndex}].function_declarations`;
    const tooMany = declarations.length > maxDeclarations
      ? [`${path}: at most ${maxDeclarations} function declarations are allowed`] : [];
    return [...tooMany, ...declarations.flatMap((declaration, index) =>
      brokenDeclaration(declaration, `${path}[${index}]`))];
  });
}

function brokenDeclaration({ name, parameters, parametersJsonSchema }, path) {
  const broken = [];
  if (!goodName.test(name ?? '')) broken.push(`${path}.name: ${nameRule}`);
  if (parameters !== undefined && parametersJsonSchema !== undefined) {
    broken.push(`${path}.parameters_json_schema: parameters must not be set as well`);
  }
  if (parametersJsonSchema !== undefined) {
    broken.push(...brokenReferences(parametersJsonSchema, `${path}.parameters_json_schema`));
  }
  if (parameters && parameters.type !== 'OBJECT') {
    broken.push(`${path}.parameters.type: schema type for function parameters must be OBJECT`);
  }
  // An object without properties is taken here (seen in recorded traffic), but not further inside.
  if (parameters && Object.keys(parameters.properties ?? {}).length === 0) return broken;
  return [...broken, ...brokenSchema(parameters, `${path}.parameters`)];
}

// A JSON Schema is an object; next to `$ref` only keys that begin with `$` may stand.
function brokenReferences(schema, path) {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    return [`${path}: must be a JSON schema object`];
  }
  const broken = [];
  const walk = (node) => {
    if (typeof node !== 'object' || node === null) return;
    const beside = Object.keys(node).filter((key) => !key.startsWith('$'));
    if (typeof node.$ref === 'string' && beside.length > 0) {
      broken.push(`${path}: a schema with $ref must not have the key ${beside[0]}`);
    }
    Object.values(node).forEach(walk);
  };
  walk(schema);
  return broken;
}

function brokenSchema(schema, path) {
  if (!schema) return [];
  const { type, format, properties, items, required = [], anyOf = [] } = schema;
  const broken = [];
  const rule = (isBroken, where, why) => {
    if (isBroken) broken.push(`${path}.${where}: ${why}`);
  };
  const isObject = type === 'OBJECT';
  rule(type === undefined && anyOf.length === 0, 'type', 'must be specified');
  rule(isObject && Object.keys(properties ?? {}).length === 0, 'properties',
    'should be non-empty for OBJECT type');
  rule(!isObject && properties !== undefined, 'properties', 'only allowed for OBJECT type');
  rule(!isObject && schema.required !== undefined, 'required', 'only allowed for OBJECT type');
  rule(type === 'ARRAY' && items === undefined, 'items', 'missing field.');
  rule(type !== 'ARRAY' && items !== undefined, 'items', 'only allowed for ARRAY type');
  rule(type === 'STRING' && ![undefined, 'enum', 'date-time'].includes(format), 'format',
    "only 'enum' and 'date-time' are supported for STRING type");
  rule(type !== 'STRING' && schema.enum !== undefined, 'enum', 'only allowed for STRING type');
  (schema.enum ?? []).forEach((value, index) =>
    rule(value === '', `enum[${index}]`, 'cannot be empty'));
  if (isObject) {
    required.forEach((name, index) => rule(!Object.hasOwn(properties ?? {}, name),
      `required[${index}]`, 'property is not defined'));
  }
  return [...broken, ...brokenSchema(items, `${path}.items`),
    ...anyOf.flatMap((option, index) => brokenSchema(option, `${path}.any_of[${index}]`)),
    ...Object.entries(properties ?? {}).flatMap(([name, property]) =>
      brokenSchema(property, `${path}.properties[${name}]`))];
}

function brokenMode(config, names) {
  const path = 'tool_config.function_calling_config.allowed_function_names';
  const allowed = config?.allowedFunctionNames ?? [];
  if (allowed.length === 0) return [];
  if (!['ANY', 'VALIDATED'].includes(config.mode)) {
    return [`${path}: should only be set when the function calling mode is ANY or VALIDATED.`];
  }
  return allowed.flatMap((name, index) => (names.includes(name) ? []
    : [`${path}[${index}]: function ${name} is not in function_declarations`]));
}

const mixedTools = {
  gemini: 'Tool use with function calling is unsupported',
  vertex: 'Multiple tools are supported only when they are all search tools.',
};

function checkCombination(request, family, hasFunctions, isGemini) {
  const builtIn = (request.tools ?? []).some((tool) =>
    Object.keys(tool).some((name) => name !== 'functionDeclarations'));
  const mime = request.generationConfig?.responseMimeType;
  if (family.generation < 3) {
    if (hasFunctions && builtIn) throw invalid(mixedTools[isGemini ? 'gemini' : 'vertex']);
    const isJson = mime === 'application/json';
    const why = `with a response mime type: '${mime}' is unsupported`;
    if (isJson && hasFunctions) throw invalid(`Function calling ${why}`);
    if (isJson && builtIn) throw invalid(`Tool use ${why}`);
    return;
  }
  // Vertex AI takes both from Gemini 3 on (seen in recorded traffic).
  if (!isGemini || !hasFunctions || !builtIn) return;
  if (!request.toolConfig?.includeServerSideToolInvocations) {
    throw invalid('Please enable tool_config.include_server_side_tool_invocations to use '
      + 'Built-in tools with Function calling.');
  }
  // Without a mode, and with ANY, such requests are taken (seen in recorded traffic).
  if (request.toolConfig.functionCallingConfig?.mode === 'AUTO') {
    throw invalid('Function calling mode AUTO is not supported with Built-in tools; use '
      + 'VALIDATED.');
  }
}
