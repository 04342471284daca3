// The requests that the rows of the matrix change. Each is accepted.
#include "unit/fronts/openai_chat/field_matrix.h"

namespace proxy::test {
namespace {

constexpr MatrixBase kBases[] = {
    {"settings", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u"}],
      "stream":true,"stream_options":{"include_usage":true,"include_obfuscation":true},
      "temperature":0.5,"top_p":0.5,"top_k":5,"max_completion_tokens":100,"stop":["a","b"],
      "presence_penalty":0.5,"frequency_penalty":0.5,"seed":7,"n":2,"logprobs":true,
      "logit_bias":{"50256":-100},"metadata":{"k":"v"},"moderation":{"model":"m"},
      "prediction":{"type":"content","content":"c"},"prompt_cache_key":"k",
      "prompt_cache_options":{"mode":"explicit"},"prompt_cache_retention":"24h",
      "safety_identifier":"s","service_tier":"flex","store":false,"user":"u","verbosity":"low",
      "parallel_tool_calls":false,"modalities":["text"],"reasoning_effort":"low",
      "web_search_options":{"search_context_size":"low","user_location":
        {"type":"approximate","approximate":{"city":"c","country":"d","region":"r","timezone":"t"}}},
      "response_format":{"type":"json_schema","json_schema":{"name":"o","description":"d",
        "strict":true,"schema":{"type":"object","properties":{"a":{"type":"string"}}}}}})"},
    {"alternatives", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u"}],
      "logprobs":true,"top_logprobs":2})"},
    {"max_tokens", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u"}],
      "max_tokens":100})"},
    {"audio", R"({"model":"gemini-2.5-flash-preview-tts","messages":[{"role":"user","content":"u"}],
      "modalities":["audio"],"audio":{"voice":"Kore","format":"pcm16"}})"},
    {"voice", R"({"model":"gemini-2.5-flash-preview-tts","messages":[{"role":"user","content":"u"}],
      "audio":{"voice":{"id":"Kore"}}})"},
    {"reasoning", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u"}],
      "reasoning":{"effort":"low","max_tokens":2048,"enabled":true,"exclude":false}})"},
    {"thinking", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u"}],
      "thinking":{"type":"enabled","budget_tokens":2048}})"},

    {"user", R"({"model":"gemini-2.5-flash","messages":[
      {"role":"user","content":"u","name":"n"}]})"},
    {"system", R"({"model":"gemini-2.5-flash","messages":[
      {"role":"system","content":"s","name":"n"},{"role":"user","content":"u"}]})"},
    {"developer", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u"},
      {"role":"developer","content":[{"type":"text","text":"d"}],"name":"n"}]})"},
    {"assistant", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u"},
      {"role":"assistant","content":"a","name":"n","audio":{"id":"i"},"annotations":[],
       "reasoning_content":"c","reasoning":"c",
       "extra_content":{"google":{"thought_signature":"U0lH"}},
       "images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},
      {"role":"user","content":"v"}]})"},
    {"refusal", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u"},
      {"role":"assistant","content":[{"type":"text","text":"t"},{"type":"refusal","refusal":"r"}]},
      {"role":"assistant","content":null,"refusal":"r"},{"role":"user","content":"v"}]})"},
    {"parts", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":[
      {"type":"text","text":"t","prompt_cache_breakpoint":{"mode":"explicit"}},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
      {"type":"image_url","image_url":"data:image/png;base64,AAAA"},
      {"type":"video_url","video_url":{"url":"https://example.com/a.mp4"}},
      {"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},
      {"type":"file","file":{"file_data":"AAAA","filename":"a.pdf"}},
      {"type":"file","file":{"file_id":"files/a"}}]}]})"},
    {"calls", R"({"model":"gemini-3.5-flash","messages":[{"role":"user","content":"u"},
      {"role":"assistant","content":null,"tool_calls":[
       {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"},
        "extra_content":{"google":{"thought_signature":"U0lH"}}},
       {"id":"c2","type":"custom","custom":{"name":"g","input":"i"}}]},
      {"role":"tool","tool_call_id":"c1","content":"ok","name":"f"},
      {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"ok"}]}]})"},
    {"legacy", R"({"model":"gemini-3.5-flash","messages":[{"role":"user","content":"u"},
      {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{\"a\":1}"}},
      {"role":"function","name":"f","content":"ok"}],
      "functions":[{"name":"f","description":"d","parameters":{"type":"object","properties":
        {"a":{"type":"string"}}}}]})"},
    {"function_call", R"({"model":"gemini-3.5-flash","messages":[{"role":"user","content":"u"}],
      "functions":[{"name":"f"}],"function_call":{"name":"f"}})"},

    {"tools", R"({"model":"gemini-3.5-flash","messages":[{"role":"user","content":"u"}],"tools":[
      {"type":"function","function":{"name":"f","description":"d","strict":true,"parameters":
        {"type":"object","properties":{"a":{"type":"string"}}}}},
      {"type":"custom","custom":{"name":"g","description":"d","format":
        {"type":"grammar","grammar":{"syntax":"lark","definition":"start: \"a\""}}}},
      {"type":"custom","custom":{"name":"h","format":
        {"type":"grammar","syntax":"regex","definition":"a+"}}},
      {"type":"web_search"}]})"},
    {"choice", R"({"model":"gemini-3.5-flash","messages":[{"role":"user","content":"u"}],
      "tools":[{"type":"function","function":{"name":"f"}}],
      "tool_choice":{"type":"function","function":{"name":"f"}}})"},
    {"choice_flat", R"({"model":"gemini-3.5-flash","messages":[{"role":"user","content":"u"}],
      "tools":[{"type":"function","function":{"name":"f"}}],
      "tool_choice":{"type":"function","name":"f"}})"},
    {"choice_custom", R"({"model":"gemini-3.5-flash","messages":[{"role":"user","content":"u"}],
      "tools":[{"type":"custom","custom":{"name":"f"}}],
      "tool_choice":{"type":"custom","custom":{"name":"f"}}})"},
    {"allowed", R"({"model":"gemini-3.5-flash","messages":[{"role":"user","content":"u"}],
      "tools":[{"type":"function","function":{"name":"f"}}],
      "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":
        [{"type":"function","function":{"name":"f"}}]}}})"},

    // The members below `google` in Python's spelling; the matrix also makes the other of it.
    {"google", R"({"thinking_config":{"include_thoughts":true,"thinking_budget":5,
        "thinking_level":"low"},
      "safety_settings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF",
        "method":"SEVERITY"}],
      "generation_config":{"temperature":0.5,"top_p":0.5,"top_k":5,"max_output_tokens":9,
        "stop_sequences":["a"],"presence_penalty":0.5,"frequency_penalty":0.5,"seed":7,
        "response_mime_type":"application/json","response_schema":{"type":"OBJECT"},
        "response_modalities":["TEXT"],"media_resolution":"MEDIA_RESOLUTION_LOW",
        "speech_config":{"language_code":"de-DE"},"thinking_config":{"thinking_budget":5},
        "image_config":{"aspect_ratio":"1:1"},"audio_transcription_config":{},
        "response_logprobs":true,"logprobs":2,"routing_config":{},"model_config":{},
        "audio_timestamp":true},
      "tools":[{"google_search":{}},{"url_context":{}},{"code_execution":{}},{"google_maps":{}},
        {"file_search":{}},{"computer_use":{}},{"retrieval":{}},{"enterprise_web_search":{}}],
      "tool_config":{"retrieval_config":{"language_code":"de"}},
      "aspect_ratio":"1:1","image_size":"2K","response_modalities":["TEXT"],
      "speech_config":{"language_code":"de-DE"},"media_resolution":"MEDIA_RESOLUTION_LOW",
      "image_config":{"aspect_ratio":"1:1"},"labels":{"team":"a"},
      "model_armor_config":{"prompt_template_name":"t"},"thought_tag_marker":"x"})"},
    {"google_schema", R"({"generation_config":{"response_mime_type":"application/json",
        "response_json_schema":{"type":"object"}},
      "image_config":{"aspect_ratio":"1:1","image_size":"2K"}})"},
    {"google_cache", R"({"cached_content":"cachedContents/a"})"},
};

}  // namespace

std::span<const MatrixBase> matrix_bases() { return kBases; }

}  // namespace proxy::test
