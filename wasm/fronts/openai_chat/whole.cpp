// The whole answer: the same events, gathered into one chat.completion. Texts are appended still
// escaped, without any separator.
#include <vector>

#include "base/base64.h"
#include "base/text.h"
#include "fronts/openai_chat/choice.h"
#include "fronts/openai_chat/envelope.h"
#include "fronts/openai_chat/wav.h"

namespace proxy::fronts::openai_chat {
namespace {

using gemini::EventPart;
using Kind = EventPart::Kind;
using json::RawString;
using json::Writer;

class WholeRenderer final : public Renderer {
 public:
  explicit WholeRenderer(AnswerContext context) : envelope_(std::move(context)) {
    for (int i = 0; i < envelope_.context().choices; ++i) messages_.emplace_back(envelope_);
  }

  void on_start(int choice) override {
    envelope_.restart();
    message(choice) = Message(envelope_);
  }

  void on_event(int choice, const gemini::Event& event, const gemini::Answer&,
                std::string&) override {
    envelope_.observe(event);
    Message& to = message(choice);
    to.state.observe(event);
    if (envelope_.context().wants_logprobs) append_logprobs(to.logprobs, event.logprobs);
    images_in_text_ = envelope_.context().images_as_markdown && is_short(event);
    for (const EventPart& part : event.parts) {
      to.state.begin_part(part, &part == event.parts.data());
      take(to, part);
    }
  }

  void on_choice_end(int choice, const gemini::Answer& answer, std::string&) override {
    Message& from = message(choice);
    if (!answer.service_tier().empty()) tier_ = answer.service_tier();
    std::string& out = from.written;
    text::make_room(out, from.size());
    Writer json(out);
    json.begin_object().key("index").integer(choice).key("message").begin_object();
    write_message(json, from, answer.refusal());
    const std::string logprobs = logprobs_object(from.logprobs);
    json.end_object()
        .key("logprobs")
        .raw({logprobs})
        .key("finish_reason")
        .string(finish_reason(answer, envelope_.context()));
    json.end_object();
  }

  void on_end(const gemini::Usage& usage, std::string& out) override {
    text::make_room(out, held(-1));
    out += envelope_.open("chat.completion");
    out += R"(,"choices":)";
    Writer json(out);
    json.begin_array();
    for (Message& message : messages_) {
      json.raw({message.written});
      forget(message.written);
    }
    json.end_array().key("usage");
    write_usage(json, usage);
    if (const std::string_view tier = service_tier(tier_); !tier.empty()) {
      json.key("service_tier").string(tier);
    }
    out += '}';
  }

  std::size_t held(int choice) const override {
    if (choice >= 0) return messages_[static_cast<std::size_t>(choice)].size();
    std::size_t size = 0;
    for (const Message& message : messages_) size += message.size();
    return size;
  }

  // A whole answer has no status yet when it fails: the gateway sends the error in its place.
  void on_error(const ApiError&, std::string&) override {}

 private:
  struct Message {
    explicit Message(Envelope& envelope) : state(envelope) {}
    // Adds text, still escaped.
    void say(std::string_view escaped) {
      text::make_room(content, escaped.size());
      content += escaped;
      state.note_text(escaped);
    }

    // About what it takes, written.
    std::size_t size() const {
      return content.size() + reasoning.size() + calls.size() + images.size() + audio.size() +
             logprobs.size() + written.size();
    }

    Choice state;
    std::string content;
    std::string reasoning;
    std::string calls;   // elements of the array, joined
    std::string images;  // the same
    std::string audio;   // samples in base64, as they came
    std::string legacy_call;
    std::string logprobs;
    std::string written;
  };

  Message& message(int choice) { return messages_[static_cast<std::size_t>(choice)]; }

  void take(Message& to, const EventPart& part) {
    switch (part.kind) {
      case Kind::thought:
        text::make_room(to.reasoning, part.text.escaped.size());
        to.reasoning += part.text.escaped;
        break;
      case Kind::text:
        to.say(part.text.escaped);
        break;
      case Kind::call:
        if (to.state.wants_call()) take_call(to, part);
        break;
      case Kind::image:
        take_image(to, part);
        break;
      case Kind::audio:
        text::make_room(to.audio, part.data.escaped.size());
        to.audio += part.data.escaped;
        break;
      case Kind::transcript:
        to.say(to.state.spaced(part.text.escaped));
        break;
      case Kind::file:
      case Kind::code:
      case Kind::code_output:
        to.say(as_text(part));
        break;
    }
  }

  void take_call(Message& to, const EventPart& call) {
    if (envelope_.context().legacy_functions) {
      Writer json(to.legacy_call);
      return to.state.write_legacy_call(json, call);
    }
    if (!to.calls.empty()) to.calls += ',';
    Writer json(to.calls);
    json.begin_object();
    to.state.write_call(json, call);
    json.end_object();
  }

  void take_image(Message& to, const EventPart& image) const {
    if (!to.images.empty()) to.images += ',';
    Writer json(to.images);
    write_image(json, image);
    if (images_in_text_) to.say(as_markdown(image));
  }

  // What has been written is let go of: there is not memory for all of a large answer twice.
  void write_message(Writer& json, Message& from, const std::string& refusal) {
    std::string& content = from.content;
    const bool something_else =
        !from.calls.empty() || !from.legacy_call.empty() || !refusal.empty() || !from.audio.empty();
    json.key("role").string(std::string_view("assistant")).key("content");
    content.empty() && something_else ? json.null() : json.string(RawString{content});
    forget(content);
    json.key("refusal");
    refusal.empty() ? json.null() : json.string(RawString{refusal});
    if (!from.reasoning.empty()) {
      json.key("reasoning_content").string(RawString{from.reasoning});
      forget(from.reasoning);
    }
    if (!from.calls.empty()) write_list(json, "tool_calls", from.calls);
    if (!from.legacy_call.empty()) json.key("function_call").raw({from.legacy_call});
    const std::string annotations = from.state.annotations();
    if (!annotations.empty()) json.key("annotations").raw({annotations});
    if (!from.images.empty()) write_list(json, "images", from.images);
    if (!from.audio.empty()) write_audio(json, std::move(from.audio));
    if (const std::string_view signature = from.state.text_signature(); !signature.empty()) {
      json.key("extra_content").begin_object().key("google").begin_object();
      json.key("thought_signature").string(RawString{signature}).end_object().end_object();
    }
  }

  static void forget(std::string& text) { std::string().swap(text); }

  static void write_list(Writer& json, std::string_view name, std::string& elements) {
    json.key(name).begin_array().raw({elements}).end_array();
    forget(elements);
  }

  void write_audio(Writer& json, std::string samples) {
    const std::string data =
        envelope_.context().wav ? wav_file(std::move(samples)) : std::move(samples);
    json.key("audio").begin_object().key("id").open_string();
    json.text(std::string_view("audio_")).text(std::string_view(envelope_.id())).close_string();
    json.key("data").string(std::string_view(data));
    json.key("expires_at").integer(envelope_.context().created_s + 3'600);
    json.key("transcript").string(std::string_view()).end_object();
  }

  Envelope envelope_;
  std::vector<Message> messages_;
  std::string tier_;
  bool images_in_text_ = false;  // those of this event
};

}  // namespace

std::unique_ptr<Renderer> whole_renderer(AnswerContext context) {
  return std::make_unique<WholeRenderer>(std::move(context));
}

}  // namespace proxy::fronts::openai_chat
