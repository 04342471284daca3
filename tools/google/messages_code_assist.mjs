// The request messages of Code Assist: a wrapper around a request that is read by Vertex AI's
// rules, less what only Vertex AI itself takes. `messages.mjs` says how to read them.
// Source: google-gemini/gemini-cli `packages/core/src/code_assist` (converter, types).
import { gemini, without } from './messages.mjs';
import { vertex } from './messages_vertex.mjs';

const metadata = {
  ideType: 'IdeType', ideVersion: 'string', pluginVersion: 'string', platform: 'Platform',
  updateChannel: 'string', duetProject: 'string', pluginType: 'PluginType', ideName: 'string',
};

export const codeAssist = {
  ...without(vertex, ['ModelArmorConfig', 'RetrievalTool', 'EnterpriseWebSearch', 'ExternalSearch',
    'RoutingConfig', 'AutoRouting', 'ManualRouting', 'ModelConfig', 'ImageConfig',
    'ImageOutputOptions', 'MediaResolution']),
  CodeAssistRequest: { model: 'string', project: 'string', userPromptId: 'string',
    enabledCreditTypes: '[]string', request: 'GenerateContentRequest' },
  GenerateContentRequest: {
    ...without(vertex.GenerateContentRequest, ['model', 'modelArmorConfig']), sessionId: 'string',
  },
  CountTokensRequest: { request: 'CountedRequest' },
  CountedRequest: { model: 'string', contents: '[]Content' },
  Part: without(vertex.Part, ['mediaResolution']),
  Blob: gemini.Blob,
  FileData: gemini.FileData,
  FunctionCall: gemini.FunctionCall,
  FunctionResponse: without(gemini.FunctionResponse, ['willContinue', 'scheduling']),
  Tool: without(vertex.Tool, ['retrieval', 'enterpriseWebSearch', 'exaAiSearch',
    'parallelAiSearch']),
  GoogleSearch: {},
  FunctionCallingConfig: gemini.FunctionCallingConfig,
  SafetySetting: gemini.SafetySetting,
  GenerationConfig: without(vertex.GenerationConfig, ['imageConfig', 'routingConfig', 'modelConfig',
    'audioTimestamp']),

  LoadCodeAssistRequest: { cloudaicompanionProject: 'string', metadata: 'ClientMetadata',
    mode: 'string' },
  OnboardUserRequest: { tierId: 'string', cloudaicompanionProject: 'string',
    metadata: 'ClientMetadata' },
  RetrieveUserQuotaRequest: { project: 'string', userAgent: 'string' },
  ClientMetadata: metadata,
};
