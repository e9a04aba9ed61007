#include "sshsync/ssh/frame.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

constexpr size_t kMaxNumber = 10;  // digits

std::string Answer(absl::string_view label, absl::string_view number) {
  return absl::StrCat("echo \"", label, " ", number, "\"; { echo; echo \"", label, " ", number, "\"; } >&2\n");
}

bool HasNul(absl::string_view text) { return text.find('\0') != absl::string_view::npos; }

}  // namespace

std::string OctalText(absl::string_view text) {
  std::string line;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '.' || c == '_' || c == '-') {
      line += c;
    } else {
      absl::StrAppendFormat(&line, "\\0%03o", static_cast<unsigned char>(c));
    }
  }
  return line;
}

size_t TakenBytes(absl::string_view part) { return OctalText(absl::StrReplaceAll(part, {{"'", "'\\''"}})).size(); }

std::string FrameEncoder::Preamble(absl::string_view shell) const {
  // One compound command, so that the first shell has read all of it before it runs any of it, and reads nothing after
  // it.
  return absl::StrCat("{ unset ENV BASH_ENV CDPATH; LC_ALL=C; TZ=UTC0; export LC_ALL TZ; umask 022; exec 3<&0\n",  //
                      Answer(ready_label(), "$$"),
                      "{ exec 2>/dev/null; cat <&3; exec </dev/null 3<&-; trap '' HUP PIPE TERM; kill -TERM 0; sleep "
                      "2; kill -KILL 0; } | { ",
                      shell, " 3<&-; kill -TERM 0; }\nexit; }\n");
}

absl::StatusOr<std::string> FrameEncoder::Command(absl::string_view script, absl::string_view input) {
  if (HasNul(script) || HasNul(input)) return MakeError(Failure::kInternal, "a command with a NUL byte");
  ++sequence_;
  const std::string mark = label();
  const std::string quoted = absl::StrReplaceAll(script, {{"'", "'\\''"}});
  const std::string answer = absl::StrCat("_s=$?; ", Answer(mark, "$_s"));
  if (input.empty()) return absl::StrCat("(eval '", quoted, "') </dev/null; ", answer);
  return absl::StrCat("(eval '", quoted, "') <<'", mark, "'; ", answer, input, absl::EndsWith(input, "\n") ? "" : "\n",
                      mark, "\n");
}

absl::StatusOr<std::string> FrameEncoder::LastCommand(absl::string_view script) {
  if (HasNul(script)) return MakeError(Failure::kInternal, "a command with a NUL byte");
  ++sequence_;
  return absl::StrCat("(eval '", absl::StrReplaceAll(script, {{"'", "'\\''"}}), "') </dev/null; _s=$?; { echo; echo \"",
                      label(), " $_s\"; } >&2; exit\n");
}

std::string FrameEncoder::TakeCommand(absl::string_view shell) const {
  const std::string ready = absl::StrCat("\"", ready_label(), " $$\"");
  return absl::StrCat("exec ", shell, " -c 'echo ", ready, "; { echo; echo ", ready,
                      "; } >&2; IFS= read -r s; s=$(printf %b \"$s\"); eval \"$s\"'");
}

absl::StatusOr<std::string> FrameEncoder::TakenLine(absl::string_view script) {
  if (HasNul(script)) return MakeError(Failure::kInternal, "a command with a NUL byte");
  ++sequence_;
  return absl::StrCat(
      OctalText(absl::StrCat("unset ENV BASH_ENV CDPATH; LC_ALL=C; TZ=UTC0; export LC_ALL TZ; umask 022\n(eval '",
                             absl::StrReplaceAll(script, {{"'", "'\\''"}}), "'); _s=$?; ", Answer(label(), "$_s"))),
      "\n");
}

std::string FrameEncoder::Farewell() const { return "exit\n"; }

std::string FrameEncoder::ready_label() const { return absl::StrCat(nonce_, "-R"); }

std::string FrameEncoder::label() const { return absl::StrCat(nonce_, "-", sequence_); }

FrameDecoder::FrameDecoder(absl::string_view label, Stream stream, After after)
    : mark_(absl::StrCat(stream == kErr ? "\n" : "", label, " ")), after_(after) {}

absl::Status FrameDecoder::Feed(absl::string_view bytes, Payload payload) {
  if (bytes.empty()) return absl::OkStatus();
  std::string joined;
  if (!held_.empty()) {
    joined = absl::StrCat(held_, bytes);
    held_.clear();
    bytes = joined;
  }
  if (finished()) return FeedAfterMark(bytes);

  const void* const mark = memmem(bytes.data(), bytes.size(), mark_.data(), mark_.size());
  const bool found = mark != nullptr;
  const size_t end = found ? static_cast<size_t>(static_cast<const char*>(mark) - bytes.data())
                           : bytes.size() - PossibleBeginning(bytes);
  if (end > 0) {
    SSHSYNC_RETURN_IF_ERROR(payload(bytes.substr(0, end)));
  }
  if (found) return FeedAfterMark(bytes.substr(end));
  held_ = std::string(bytes.substr(end));
  return absl::OkStatus();
}

size_t FrameDecoder::PossibleBeginning(absl::string_view bytes) const {
  for (size_t size = std::min(bytes.size(), mark_.size() - 1); size > 0; --size) {
    if (absl::EndsWith(bytes, absl::string_view(mark_).substr(0, size))) return size;
  }
  return 0;
}

absl::Status FrameDecoder::FeedAfterMark(absl::string_view rest) {
  if (finished() && after_ == kFarewell) return absl::OkStatus();
  if (finished()) return MakeError(Failure::kUnreachable, "the host printed something after the end of a command");
  const absl::string_view digits = rest.substr(mark_.size());
  const size_t end = digits.find('\n');
  const absl::string_view number = digits.substr(0, end);
  const bool valid = number.size() <= kMaxNumber && std::all_of(number.begin(), number.end(), absl::ascii_isdigit);
  int value = 0;
  if (!valid || (end != absl::string_view::npos && !absl::SimpleAtoi(number, &value))) {
    return MakeError(Failure::kUnreachable, "the end of a command arrived damaged");
  }
  if (end == absl::string_view::npos) {
    held_ = std::string(rest);
    return absl::OkStatus();
  }
  number_ = value;
  return end + 1 == digits.size() ? absl::OkStatus() : FeedAfterMark(digits.substr(end + 1));
}

void BoundedText::Append(absl::string_view bytes) {
  const size_t half = limit_ / 2;
  if (head_.size() < half) {
    const absl::string_view first = bytes.substr(0, half - head_.size());
    head_.append(first.data(), first.size());
    bytes.remove_prefix(first.size());
  }
  tail_.append(bytes.data(), bytes.size());
  const size_t room = limit_ - half;
  if (tail_.size() <= 2 * room) return;
  dropped_ += tail_.size() - room;
  tail_.erase(0, tail_.size() - room);
}

std::string BoundedText::Take() {
  const size_t room = limit_ - limit_ / 2;
  if (tail_.size() > room) {
    dropped_ += tail_.size() - room;
    tail_.erase(0, tail_.size() - room);
  }
  if (dropped_ == 0) return head_ + tail_;
  return absl::StrCat(head_, "\n[", dropped_, " bytes left out]\n", tail_);
}

absl::Status TextTail::Append(absl::string_view bytes) {
  text_.append(bytes.data(), bytes.size());
  total_ += bytes.size();
  if (text_.size() > 2 * limit_) text_.erase(0, text_.size() - limit_);
  return absl::OkStatus();
}

}  // namespace sshsync
