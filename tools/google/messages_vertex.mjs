// The request messages of Vertex AI: those of the Gemini API without what Vertex does not know and
// with what only it knows. `messages.mjs` says how to read them.
// Source: cloud.google.com "GenerateContent", googleapis/js-genai `src/converters`.
import { gemini, without } from './messages.mjs';

// One message with fields taken out and others put in.
const changed = (type, { drop = [], add = {} }) => ({ ...without(gemini[type], drop), ...add });

const data = without(gemini.Part.data[0], ['toolCall', 'toolResponse']);

export const vertex = {
  ...without(gemini, ['ToolCall', 'ToolResponse', 'FileSearch', 'AudioTranscriptionConfig',
    'Interval', 'SearchTypes']),
  GenerateContentRequest: changed('GenerateContentRequest', { drop: ['serviceTier'],
    add: { labels: '{}string', modelArmorConfig: 'ModelArmorConfig' } }),
  CountTokensRequest: { model: 'string', contents: '[]Content', instances: '[]value',
    systemInstruction: 'Content', tools: '[]Tool', generationConfig: 'GenerationConfig' },
  ModelArmorConfig: { promptTemplateName: 'string', responseTemplateName: 'string' },
  Part: { ...without(gemini.Part, ['partMetadata']), data: [data] },
  Blob: changed('Blob', { add: { displayName: 'string' } }),
  FileData: changed('FileData', { add: { displayName: 'string' } }),
  FunctionCall: changed('FunctionCall', { drop: ['id'],
    add: { partialArgs: '[]value', willContinue: 'bool' } }),
  FunctionResponse: changed('FunctionResponse', { drop: ['id', 'willContinue', 'scheduling'] }),
  FunctionDeclaration: changed('FunctionDeclaration', { drop: ['behavior'] }),

  Tool: changed('Tool', { drop: ['fileSearch'], add: { retrieval: 'RetrievalTool',
    enterpriseWebSearch: 'EnterpriseWebSearch', exaAiSearch: 'ExternalSearch',
    parallelAiSearch: 'ExternalSearch' } }),
  RetrievalTool: { disableAttribution: 'bool', vertexAiSearch: 'struct', vertexRagStore: 'struct',
    externalApi: 'struct' },
  EnterpriseWebSearch: { excludeDomains: '[]string', blockingConfidence: 'BlockingConfidence' },
  ExternalSearch: { apiKey: 'string', customConfigs: 'struct' },
  GoogleSearch: { excludeDomains: '[]string', blockingConfidence: 'BlockingConfidence' },
  ToolConfig: changed('ToolConfig', { drop: ['includeServerSideToolInvocations'] }),
  FunctionCallingConfig: changed('FunctionCallingConfig',
    { add: { streamFunctionCallArguments: 'bool' } }),
  SafetySetting: changed('SafetySetting', { add: { method: 'BlockMethod' } }),

  GenerationConfig: changed('GenerationConfig', {
    drop: ['audioTranscriptionConfig', 'enableEnhancedCivicAnswers'],
    add: { routingConfig: 'RoutingConfig', modelConfig: 'ModelConfig', audioTimestamp: 'bool' },
  }),
  RoutingConfig: { autoMode: 'AutoRouting', manualMode: 'ManualRouting' },
  AutoRouting: { modelRoutingPreference: 'RoutingPreference' },
  ManualRouting: { modelName: 'string' },
  ModelConfig: { featureSelectionPreference: 'FeaturePreference' },
  ImageConfig: changed('ImageConfig', { add: { personGeneration: 'string',
    outputMimeType: 'string', outputCompressionQuality: 'int32',
    imageOutputOptions: 'ImageOutputOptions' } }),
  ImageOutputOptions: { mimeType: 'string', compressionQuality: 'int32' },
};
