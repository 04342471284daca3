// The whole answer: the same events, gathered into one chat.completion. Texts are appended still
// escaped, without any separator.
#include "fronts/openai_chat/envelope.h"

namespace proxy::fronts::openai_chat {
namespace {

class WholeRenderer final : public Renderer {
 public:
  explicit WholeRenderer(AnswerContext context) : envelope_(std::move(context)) {}

  void on_event(const gemini::Event& event, const gemini::Answer&, std::string&) override {
    envelope_.observe(event);
    for (const gemini::EventPart& part : event.parts) {
      (part.thought ? reasoning_ : content_) += part.text.escaped;
    }
  }

  void on_end(const gemini::Answer& answer, std::string& out) override {
    const std::string refusal = answer.refusal();
    out.reserve(content_.size() + reasoning_.size() + 1'024);
    out += envelope_.open("chat.completion");
    out += R"(,"choices":[{"index":0,"message":{"role":"assistant","content":)";
    json::Writer json(out);
    refusal.empty() ? json.string(json::RawString{content_}) : json.null();
    json.key("refusal");
    refusal.empty() ? json.null() : json.string(json::RawString{refusal});
    if (!reasoning_.empty()) json.key("reasoning_content").string(json::RawString{reasoning_});
    out += R"(},"logprobs":null,"finish_reason":")";
    out += finish_reason(answer);
    out += R"("}],"usage":)";
    write_usage_object(answer, out);
    out += '}';
  }

  // A whole answer has no status yet when it fails: the gateway sends the error in its place.
  void on_error(const ApiError&, std::string&) override {}

 private:
  static void write_usage_object(const gemini::Answer& answer, std::string& out) {
    json::Writer json(out);
    write_usage(json, answer.usage());
    if (const std::string_view tier = service_tier(answer); !tier.empty()) {
      json.key("service_tier").string(tier);
    }
  }

  Envelope envelope_;
  std::string content_;
  std::string reasoning_;
};

}  // namespace

std::unique_ptr<Renderer> whole_renderer(AnswerContext context) {
  return std::make_unique<WholeRenderer>(std::move(context));
}

}  // namespace proxy::fronts::openai_chat
