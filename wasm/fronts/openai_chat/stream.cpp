// The streamed answer. Per choice, in this order, each once unless it says otherwise:
//   role chunk, content and reasoning chunks (any number), finish chunk; then the usage chunk if it
//   was asked for, then `[DONE]`. After an error event there is neither finish nor `[DONE]`, so
//   that nobody takes a cut answer for a whole one.
#include "fronts/openai_chat/envelope.h"
#include "fronts/openai_chat/error.h"
#include "sse/event_writer.h"

namespace proxy::fronts::openai_chat {
namespace {

class StreamRenderer final : public Renderer {
 public:
  explicit StreamRenderer(AnswerContext context) : envelope_(std::move(context)) {}

  void on_event(const gemini::Event& event, const gemini::Answer&, std::string& out) override {
    envelope_.observe(event);
    for (std::size_t i = 0; i < event.parts.size();) i = write_run(event, i, out);
  }

  void on_end(const gemini::Answer& answer, std::string& out) override {
    if (const std::string refusal = answer.refusal(); !refusal.empty()) {
      write_role(R"({"role":"assistant"})", out);
      begin_chunk(R"({"refusal":")", out);
      out += refusal;
      end_chunk("\"}", out);
    }
    write_role(R"({"role":"assistant","content":""})", out);
    write_finish(answer, out);
    if (envelope_.context().include_usage) write_usage_chunk(answer, out);
    out += sse::kDone;
  }

  void on_error(const ApiError& error, std::string& out) override {
    sse::append_event(out, error_body(error));
  }

 private:
  // One chunk for the parts of the same kind from `first` on; the index of the next other one.
  std::size_t write_run(const gemini::Event& event, std::size_t first, std::string& out) {
    const bool thought = event.parts[first].thought;
    write_role(thought ? R"({"role":"assistant"})" : R"({"role":"assistant","content":""})", out);
    begin_chunk(thought ? R"({"reasoning_content":")" : R"({"content":")", out);
    std::size_t i = first;
    for (; i < event.parts.size() && event.parts[i].thought == thought; ++i) {
      out += event.parts[i].text.escaped;
    }
    end_chunk("\"}", out);
    return i;
  }

  // The first chunk of the choice; nothing if it is already written.
  void write_role(std::string_view delta, std::string& out) {
    if (!head_.empty()) return;
    const std::string opened = envelope_.open("chat.completion.chunk");
    head_ = "data: " + opened + R"(,"choices":[{"index":0,"delta":)";
    usage_head_ = "data: " + opened + R"(,"choices":[],"usage":)";
    tail_ = envelope_.context().include_usage
                ? R"(,"logprobs":null,"finish_reason":null}],"usage":null})"
                : R"(,"logprobs":null,"finish_reason":null}]})";
    tail_ += "\n\n";
    begin_chunk(delta, out);
    end_chunk("", out);
  }

  void begin_chunk(std::string_view delta, std::string& out) {
    out += head_;
    out += delta;
  }
  void end_chunk(std::string_view rest_of_delta, std::string& out) {
    out += rest_of_delta;
    out += tail_;
  }

  void write_finish(const gemini::Answer& answer, std::string& out) {
    out += head_;
    out += R"({},"logprobs":null,"finish_reason":")";
    out += finish_reason(answer);
    out += envelope_.context().include_usage ? "\"}],\"usage\":null}\n\n" : "\"}]}\n\n";
  }

  void write_usage_chunk(const gemini::Answer& answer, std::string& out) {
    out += usage_head_;
    json::Writer json(out);
    write_usage(json, answer.usage());
    if (const std::string_view tier = service_tier(answer); !tier.empty()) {
      out.append(R"(,"service_tier":")").append(tier) += '"';
    }
    out += "}\n\n";
  }

  Envelope envelope_;
  // What every chunk begins and ends with; empty before the first.
  std::string head_;
  std::string tail_;
  std::string usage_head_;
};

}  // namespace

std::unique_ptr<Renderer> stream_renderer(AnswerContext context) {
  return std::make_unique<StreamRenderer>(std::move(context));
}

}  // namespace proxy::fronts::openai_chat
