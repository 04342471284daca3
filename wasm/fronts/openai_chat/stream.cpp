// The streamed answer. Per choice, in this order, each once unless it says otherwise:
//   role chunk; content, reasoning, call and image chunks (any number); annotations; finish chunk.
// When all choices have ended: the usage chunk if it was asked for, then `[DONE]`. After an error
// event there is neither finish nor `[DONE]`, so that nobody takes a cut answer for a whole one.
#include <vector>

#include "base/text.h"
#include "fronts/openai_chat/choice.h"
#include "fronts/openai_chat/envelope.h"
#include "fronts/openai_chat/error.h"
#include "sse/event_writer.h"

namespace proxy::fronts::openai_chat {
namespace {

using gemini::EventPart;
using Kind = EventPart::Kind;
using json::Writer;

class StreamRenderer final : public Renderer {
 public:
  explicit StreamRenderer(AnswerContext context) : envelope_(std::move(context)) {
    for (int i = 0; i < envelope_.context().choices; ++i) lines_.emplace_back(envelope_);
    usual_end_.append(kNoLogprobs).append(R"(,"finish_reason":null}])");
    usual_end_ += envelope_.context().include_usage ? ",\"usage\":null}\n\n" : "}\n\n";
  }

  void on_start(int choice) override {
    envelope_.restart();
    line(choice).state = Choice(envelope_);
    line(choice).logprobs.clear();
  }

  void on_event(int choice, const gemini::Event& event, const gemini::Answer&,
                std::string& out) override {
    envelope_.observe(event);
    Line& to = line(choice);
    to.state.observe(event);
    if (envelope_.context().wants_logprobs) append_logprobs(to.logprobs, event.logprobs);
    text::make_room(out, size_of(event));
    images_in_text_ = envelope_.context().images_as_markdown && is_short(event);
    for (std::size_t i = 0; i < event.parts.size();) i = write_run(choice, event, i, out);
    if (!to.logprobs.empty() && to.begun) write_chunk(choice, "{", "}", out);
  }

  void on_choice_end(int choice, const gemini::Answer& answer, std::string& out) override {
    Line& to = line(choice);
    if (const std::string refusal = answer.refusal(); !refusal.empty()) {
      write_role(choice, R"({"role":"assistant"})", out);
      write_chunk(choice, R"({"refusal":")", refusal + "\"}", out);
    }
    write_role(choice, R"({"role":"assistant","content":""})", out);
    if (!to.logprobs.empty()) write_chunk(choice, "{", "}", out);
    if (!to.audio_id.empty()) write_audio_end(choice, out);
    if (const std::string annotations = to.state.annotations(); !annotations.empty()) {
      write_chunk(choice, R"({"annotations":)", annotations + "}", out);
    }
    if (const std::string_view signature = to.state.text_signature(); !signature.empty()) {
      write_chunk(choice, R"({"extra_content":{"google":{"thought_signature":")",
                  std::string(signature) + "\"}}}", out);
    }
    if (!answer.service_tier().empty()) tier_ = answer.service_tier();
    out += to.head;
    out.append(R"({},"logprobs":null,"finish_reason":")");
    out += finish_reason(answer, envelope_.context());
    out += envelope_.context().include_usage ? "\"}],\"usage\":null}\n\n" : "\"}]}\n\n";
  }

  void on_end(const gemini::Usage& usage, std::string& out) override {
    if (envelope_.context().include_usage) {
      out.append("data: ").append(opened()).append(R"(,"choices":[],"usage":)");
      Writer json(out);
      write_usage(json, usage);
      if (const std::string_view tier = service_tier(tier_); !tier.empty()) {
        out.append(R"(,"service_tier":")").append(tier) += '"';
      }
      out += "}\n\n";
    }
    out += sse::kDone;
  }

  std::size_t held(int) const override { return 0; }

  void on_error(const ApiError& error, std::string& out) override {
    sse::append_event(out, error_body(error));
  }

 private:
  struct Line {
    explicit Line(Envelope& envelope) : state(envelope) {}
    Choice state;
    std::string head;  // what each of its chunks begins with
    std::string audio_id;
    std::string logprobs;  // tokens that no chunk has taken yet
    bool begun = false;
  };

  Line& line(int choice) { return lines_[static_cast<std::size_t>(choice)]; }

  // Writes the parts from `first` on that fit into one chunk; the index of the next other one.
  std::size_t write_run(int choice, const gemini::Event& event, std::size_t first,
                        std::string& out) {
    const EventPart& part = event.parts[first];
    if (part.kind == Kind::thought || part.kind == Kind::text) {
      return write_texts(choice, event, first, out);
    }
    line(choice).state.begin_part(part, first == 0);
    switch (part.kind) {
      case Kind::thought:
      case Kind::text:
        break;
      case Kind::call:
        write_call(choice, part, out);
        break;
      case Kind::image:
        write_image_chunk(choice, part, out);
        break;
      case Kind::audio:
        write_audio(choice, part, out);
        break;
      case Kind::transcript:
        write_content(choice, line(choice).state.spaced(part.text.escaped), out);
        break;
      case Kind::file:
      case Kind::code:
      case Kind::code_output:
        write_content(choice, as_text(part), out);
        break;
    }
    return first + 1;
  }

  std::size_t write_texts(int choice, const gemini::Event& event, std::size_t first,
                          std::string& out) {
    const Kind kind = event.parts[first].kind;
    const bool thought = kind == Kind::thought;
    write_role(choice, thought ? R"({"role":"assistant"})" : R"({"role":"assistant","content":""})",
               out);
    begin_chunk(choice, thought ? R"({"reasoning_content":")" : R"({"content":")", out);
    std::size_t i = first;
    for (; i < event.parts.size() && event.parts[i].kind == kind; ++i) {
      line(choice).state.begin_part(event.parts[i], i == 0);
      out += event.parts[i].text.escaped;
      if (!thought) line(choice).state.note_text(event.parts[i].text.escaped);
    }
    end_chunk(choice, "\"}", out);
    return i;
  }

  void write_content(int choice, std::string_view escaped, std::string& out) {
    write_role(choice, R"({"role":"assistant","content":""})", out);
    line(choice).state.note_text(escaped);
    begin_chunk(choice, R"({"content":")", out);
    text::make_room(out, escaped.size());
    out += escaped;
    end_chunk(choice, "\"}", out);
  }

  void write_call(int choice, const EventPart& call, std::string& out) {
    Choice& state = line(choice).state;
    if (!state.wants_call()) return;
    write_role(choice, R"({"role":"assistant"})", out);
    if (envelope_.context().legacy_functions) {
      begin_chunk(choice, R"({"function_call":)", out);
      Writer json(out);
      state.write_legacy_call(json, call);
      return end_chunk(choice, "}", out);
    }
    const int index = state.calls();
    begin_chunk(choice, R"({"tool_calls":[)", out);
    Writer json(out);
    json.begin_object().key("index").integer(index);
    state.write_call(json, call);
    json.end_object();
    end_chunk(choice, "]}", out);
  }

  void write_image_chunk(int choice, const EventPart& image, std::string& out) {
    write_role(choice, R"({"role":"assistant"})", out);
    begin_chunk(choice, R"({"images":[)", out);
    Writer json(out);
    write_image(json, image);
    end_chunk(choice, "]}", out);
    if (images_in_text_) write_content(choice, as_markdown(image), out);
  }

  void write_audio(int choice, const EventPart& audio, std::string& out) {
    Line& to = line(choice);
    write_role(choice, R"({"role":"assistant"})", out);
    if (to.audio_id.empty()) to.audio_id = "audio_" + envelope_.id();
    begin_chunk(choice, R"({"audio":{"id":")", out);
    out.append(to.audio_id).append(R"(","data":")");
    text::make_room(out, audio.data.escaped.size());
    out += audio.data.escaped;
    end_chunk(choice, "\"}}", out);
  }

  // The official client's accumulator wants all four members in the end.
  void write_audio_end(int choice, std::string& out) {
    begin_chunk(choice, R"({"audio":{"id":")", out);
    out.append(line(choice).audio_id).append(R"(","expires_at":)");
    out += text::decimal(envelope_.context().created_s + 3'600);
    end_chunk(choice, R"(,"transcript":""}})", out);
  }

  // What every chunk has before its choices; the same from the first to the last.
  const std::string& opened() {
    if (opened_.empty()) opened_ = envelope_.open("chat.completion.chunk");
    return opened_;
  }

  // The first chunk of the choice; nothing if it is already written.
  void write_role(int choice, std::string_view delta, std::string& out) {
    Line& to = line(choice);
    if (to.begun) return;
    to.begun = true;
    to.head =
        "data: " + opened() + R"(,"choices":[{"index":)" + text::decimal(choice) + R"(,"delta":)";
    std::string none;
    none.swap(to.logprobs);  // belong to the first chunk with content
    write_chunk(choice, delta, "", out);
    none.swap(to.logprobs);
  }

  void write_chunk(int choice, std::string_view begin, std::string_view end, std::string& out) {
    begin_chunk(choice, begin, out);
    end_chunk(choice, end, out);
  }
  void begin_chunk(int choice, std::string_view delta, std::string& out) {
    out += line(choice).head;
    out += delta;
  }
  void end_chunk(int choice, std::string_view rest_of_delta, std::string& out) {
    std::string& logprobs = line(choice).logprobs;
    out += rest_of_delta;
    if (logprobs.empty()) {
      out += usual_end_;
      return;
    }
    out += R"(,"logprobs":)";
    out += logprobs_object(logprobs);
    out += std::string_view(usual_end_).substr(kNoLogprobs.size());
    logprobs.clear();
  }

  static constexpr std::string_view kNoLogprobs = R"(,"logprobs":null)";

  Envelope envelope_;
  std::vector<Line> lines_;
  std::string opened_;
  std::string usual_end_;  // of a chunk, behind its delta
  std::string tier_;
  bool images_in_text_ = false;  // those of this event
};

}  // namespace

std::unique_ptr<Renderer> stream_renderer(AnswerContext context) {
  return std::make_unique<StreamRenderer>(std::move(context));
}

}  // namespace proxy::fronts::openai_chat
