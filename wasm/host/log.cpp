#include "host/log.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/utf8.h"
#include "json/escape.h"

namespace proxy::host {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value,
                   std::size_t most = limits::kLogStringBytes) {
  out += out.empty() ? "{\"" : ",\"";
  out += name;
  out += "\":\"";
  // Repaired after the cut, as the cut of an invalid sequence may leave another one.
  json::append_escaped(out, base::repair_utf8(base::cut_utf8(value, most)));
  out += '"';
}

}  // namespace

LogLine::LogLine(LogLevel level, std::string_view ev, std::string_view msg)
    : level_(level), ev_(ev), msg_(msg) {}

LogLine& LogLine::text(std::string_view name, std::string_view value, std::size_t most) {
  append_member(members_, name, value, most);
  return *this;
}

LogLine& LogLine::number(std::string_view name, std::int64_t value) {
  members_ += members_.empty() ? "{\"" : ",\"";
  members_ += name;
  members_ += "\":";
  members_ += text::decimal(value);
  return *this;
}

std::string LogLine::written(std::string_view id) const {
  std::string line;
  append_member(line, "ev", ev_);
  if (!id.empty()) append_member(line, "id", id);
  if (!msg_.empty()) append_member(line, "msg", msg_);
  if (!members_.empty()) line.append(",").append(members_, 1, std::string::npos);
  line += '}';
  return line;
}

void LogLine::send(Call& call) {
  const std::string line = written(call.request_id());
  if (line.size() > call.log_budget()) return;
  call.log_budget() -= line.size();
  log(level_, line);
}

void LogLine::send_last(const Call& call) { log(level_, written(call.request_id())); }

void LogLine::send() { log(level_, written({})); }

}  // namespace proxy::host
