// The request messages of the Gemini API as data: what fields exist and of which type. Another
// upstream is another tree, made from this one by changing some entries (`messages_*.mjs`).
//
//   'X'     one value      '[]X'  repeated      '{}X'  map from string
//   X is a scalar (string bool float double int32 int64 bytes duration timestamp), `struct`,
//   `value` (any JSON), a message of the tree, or an enum of `enums`.
// An array groups the members of a `oneof`: at most one may be set.
// Source: ai.google.dev "GenerateContent API reference", googleapis/js-genai `src/types.ts`.
export const enums = {
  Mode: ['FunctionCallingConfig.Mode', 'MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'],
  Type: ['Type', 'TYPE_UNSPECIFIED', 'STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT',
    'NULL'],
  Category: ['HarmCategory', 'HARM_CATEGORY_UNSPECIFIED', 'HARM_CATEGORY_HARASSMENT',
    'HARM_CATEGORY_HATE_SPEECH', 'HARM_CATEGORY_SEXUALLY_EXPLICIT',
    'HARM_CATEGORY_DANGEROUS_CONTENT', 'HARM_CATEGORY_CIVIC_INTEGRITY'],
  Threshold: ['SafetySetting.HarmBlockThreshold', 'HARM_BLOCK_THRESHOLD_UNSPECIFIED',
    'BLOCK_LOW_AND_ABOVE', 'BLOCK_MEDIUM_AND_ABOVE', 'BLOCK_ONLY_HIGH', 'BLOCK_NONE', 'OFF'],
  Modality: ['GenerationConfig.Modality', 'MODALITY_UNSPECIFIED', 'TEXT', 'IMAGE', 'AUDIO'],
  ThinkingLevel: ['ThinkingConfig.ThinkingLevel', 'THINKING_LEVEL_UNSPECIFIED', 'MINIMAL', 'LOW',
    'MEDIUM', 'HIGH'],
  Resolution: ['GenerationConfig.MediaResolution', 'MEDIA_RESOLUTION_UNSPECIFIED',
    'MEDIA_RESOLUTION_LOW', 'MEDIA_RESOLUTION_MEDIUM', 'MEDIA_RESOLUTION_HIGH',
    'MEDIA_RESOLUTION_ULTRA_HIGH'],
  ServiceTier: ['ServiceTier', 'UNSPECIFIED', 'STANDARD', 'FLEX', 'PRIORITY'],
  Language: ['ExecutableCode.Language', 'LANGUAGE_UNSPECIFIED', 'PYTHON'],
  Outcome: ['CodeExecutionResult.Outcome', 'OUTCOME_UNSPECIFIED', 'OUTCOME_OK', 'OUTCOME_FAILED',
    'OUTCOME_DEADLINE_EXCEEDED'],
  Behavior: ['FunctionDeclaration.Behavior', 'UNSPECIFIED', 'BLOCKING', 'NON_BLOCKING'],
  Scheduling: ['FunctionResponse.Scheduling', 'SCHEDULING_UNSPECIFIED', 'SILENT', 'WHEN_IDLE',
    'INTERRUPT'],
  ToolType: ['ToolType', 'TOOL_TYPE_UNSPECIFIED', 'GOOGLE_SEARCH_WEB', 'GOOGLE_SEARCH_IMAGE',
    'URL_CONTEXT', 'GOOGLE_MAPS', 'FILE_SEARCH'],
  Environment: ['Tool.ComputerUse.Environment', 'ENVIRONMENT_UNSPECIFIED', 'ENVIRONMENT_BROWSER'],
  Retrieval: ['DynamicRetrievalConfig.Mode', 'MODE_UNSPECIFIED', 'MODE_DYNAMIC'],
  BlockMethod: ['SafetySetting.HarmBlockMethod', 'HARM_BLOCK_METHOD_UNSPECIFIED', 'SEVERITY',
    'PROBABILITY'],
  BlockingConfidence: ['PhishBlockThreshold', 'PHISH_BLOCK_THRESHOLD_UNSPECIFIED',
    'BLOCK_LOW_AND_ABOVE', 'BLOCK_MEDIUM_AND_ABOVE', 'BLOCK_HIGH_AND_ABOVE',
    'BLOCK_HIGHER_AND_ABOVE', 'BLOCK_VERY_HIGH_AND_ABOVE', 'BLOCK_ONLY_EXTREMELY_HIGH'],
  RoutingPreference: ['GenerationConfig.RoutingConfig.AutoRoutingMode.ModelRoutingPreference',
    'UNKNOWN', 'PRIORITIZE_QUALITY', 'BALANCED', 'PRIORITIZE_COST'],
  FeaturePreference: ['ModelConfig.FeatureSelectionPreference',
    'FEATURE_SELECTION_PREFERENCE_UNSPECIFIED', 'PRIORITIZE_QUALITY', 'BALANCED',
    'PRIORITIZE_COST'],
  Platform: ['ClientMetadata.Platform', 'PLATFORM_UNSPECIFIED', 'DARWIN_AMD64', 'DARWIN_ARM64',
    'LINUX_AMD64', 'LINUX_ARM64', 'WINDOWS_AMD64'],
  IdeType: ['ClientMetadata.IdeType', 'IDE_UNSPECIFIED', 'VSCODE', 'INTELLIJ',
    'VSCODE_CLOUD_WORKSTATION', 'INTELLIJ_CLOUD_WORKSTATION', 'CLOUD_SHELL', 'CIDER', 'CLOUD_RUN',
    'ANDROID_STUDIO', 'ANTIGRAVITY', 'JETSKI', 'COLAB', 'FIREBASE', 'CHROME_DEVTOOLS',
    'GEMINI_CLI'],
  PluginType: ['ClientMetadata.PluginType', 'PLUGIN_UNSPECIFIED', 'CLOUD_CODE', 'GEMINI',
    'AIPLUGIN_INTELLIJ', 'AIPLUGIN_STUDIO', 'PANTHEON'],
  Transcription: ['AudioTranscriptionConfig.Mode', 'MODE_UNSPECIFIED', 'VERBATIM', 'SMART'],
};

export const gemini = {
  GenerateContentRequest: {
    model: 'string', contents: '[]Content', systemInstruction: 'Content', tools: '[]Tool',
    toolConfig: 'ToolConfig', safetySettings: '[]SafetySetting',
    generationConfig: 'GenerationConfig', cachedContent: 'string', serviceTier: 'ServiceTier',
  },
  CountTokensRequest: {
    model: 'string', contents: '[]Content', generateContentRequest: 'GenerateContentRequest',
  },
  Content: { role: 'string', parts: '[]Part' },
  Part: {
    thought: 'bool', thoughtSignature: 'bytes', partMetadata: 'struct',
    mediaResolution: 'MediaResolution', videoMetadata: 'VideoMetadata',
    data: [{
      text: 'string', inlineData: 'Blob', fileData: 'FileData', functionCall: 'FunctionCall',
      functionResponse: 'FunctionResponse', executableCode: 'ExecutableCode',
      codeExecutionResult: 'CodeExecutionResult', toolCall: 'ToolCall',
      toolResponse: 'ToolResponse',
    }],
  },
  Blob: { mimeType: 'string', data: 'bytes' },
  FileData: { mimeType: 'string', fileUri: 'string' },
  VideoMetadata: { startOffset: 'duration', endOffset: 'duration', fps: 'double' },
  MediaResolution: { level: 'Resolution', numTokens: 'int32' },
  FunctionCall: { id: 'string', name: 'string', args: 'struct' },
  FunctionResponse: {
    id: 'string', name: 'string', response: 'struct', parts: '[]FunctionResponsePart',
    willContinue: 'bool', scheduling: 'Scheduling',
  },
  FunctionResponsePart: { data: [{ inlineData: 'Blob', fileData: 'FileData' }] },
  ExecutableCode: { id: 'string', language: 'Language', code: 'string' },
  CodeExecutionResult: { id: 'string', outcome: 'Outcome', output: 'string' },
  ToolCall: { id: 'string', toolType: 'ToolType', args: 'struct' },
  ToolResponse: { id: 'string', toolType: 'ToolType', response: 'struct' },

  Tool: {
    functionDeclarations: '[]FunctionDeclaration', googleSearch: 'GoogleSearch',
    googleSearchRetrieval: 'GoogleSearchRetrieval', codeExecution: 'CodeExecution',
    urlContext: 'UrlContext', googleMaps: 'GoogleMaps', fileSearch: 'FileSearch',
    computerUse: 'ComputerUse',
  },
  FunctionDeclaration: {
    name: 'string', description: 'string', behavior: 'Behavior', parameters: 'Schema',
    parametersJsonSchema: 'value', response: 'Schema', responseJsonSchema: 'value',
  },
  GoogleSearch: { timeRangeFilter: 'Interval', searchTypes: 'SearchTypes' },
  SearchTypes: { webSearch: 'Empty', imageSearch: 'Empty' },
  Interval: { startTime: 'timestamp', endTime: 'timestamp' },
  GoogleSearchRetrieval: { dynamicRetrievalConfig: 'DynamicRetrievalConfig' },
  DynamicRetrievalConfig: { mode: 'Retrieval', dynamicThreshold: 'float' },
  CodeExecution: {}, UrlContext: {}, Empty: {},
  GoogleMaps: { enableWidget: 'bool' },
  FileSearch: { fileSearchStoreNames: '[]string', metadataFilter: 'string', topK: 'int32' },
  ComputerUse: { environment: 'Environment', excludedPredefinedFunctions: '[]string' },
  ToolConfig: {
    functionCallingConfig: 'FunctionCallingConfig', retrievalConfig: 'RetrievalConfig',
    includeServerSideToolInvocations: 'bool',
  },
  FunctionCallingConfig: { mode: 'Mode', allowedFunctionNames: '[]string' },
  RetrievalConfig: { latLng: 'LatLng', languageCode: 'string' },
  LatLng: { latitude: 'double', longitude: 'double' },
  SafetySetting: { category: 'Category', threshold: 'Threshold' },

  GenerationConfig: {
    stopSequences: '[]string', responseMimeType: 'string', responseSchema: 'Schema',
    responseJsonSchema: 'value', responseModalities: '[]Modality', candidateCount: 'int32',
    maxOutputTokens: 'int32', temperature: 'float', topP: 'float', topK: 'int32', seed: 'int32',
    presencePenalty: 'float', frequencyPenalty: 'float', responseLogprobs: 'bool',
    logprobs: 'int32', enableEnhancedCivicAnswers: 'bool', speechConfig: 'SpeechConfig',
    thinkingConfig: 'ThinkingConfig', imageConfig: 'ImageConfig', mediaResolution: 'Resolution',
    audioTranscriptionConfig: 'AudioTranscriptionConfig',
  },
  ThinkingConfig: {
    includeThoughts: 'bool', thinkingBudget: 'int32', thinkingLevel: 'ThinkingLevel',
  },
  ImageConfig: { aspectRatio: 'string', imageSize: 'string' },
  SpeechConfig: {
    voiceConfig: 'VoiceConfig', multiSpeakerVoiceConfig: 'MultiSpeakerVoiceConfig',
    languageCode: 'string',
  },
  VoiceConfig: { prebuiltVoiceConfig: 'PrebuiltVoiceConfig' },
  PrebuiltVoiceConfig: { voiceName: 'string' },
  MultiSpeakerVoiceConfig: { speakerVoiceConfigs: '[]SpeakerVoiceConfig' },
  SpeakerVoiceConfig: { speaker: 'string', voiceConfig: 'VoiceConfig' },
  AudioTranscriptionConfig: {
    languageCodes: '[]string', wordTimestamp: 'bool', diarization: 'bool',
    customVocabulary: '[]string', mode: 'Transcription',
  },
  Schema: {
    type: 'Type', format: 'string', title: 'string', description: 'string', nullable: 'bool',
    default: 'value', example: 'value', enum: '[]string', items: 'Schema', minItems: 'int64',
    maxItems: 'int64', properties: '{}Schema', required: '[]string', minProperties: 'int64',
    maxProperties: 'int64', propertyOrdering: '[]string', minimum: 'double', maximum: 'double',
    minLength: 'int64', maxLength: 'int64', pattern: 'string', anyOf: '[]Schema',
  },
};

// The members of an object but these.
export const without = (members, names) =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
