#include "sshsync/host/record_script.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {

RecordScript::RecordScript(absl::string_view mark) : mark_(mark) {
  text_ = absl::StrCat("_ss_mark() { echo; echo \"", mark, " $1 $2\"; [ \"$2\" = 0 ] || echo \"", mark,
                       " $1\" >&2; }\n", "_ss_run() { ( _ss_text=$1; set --; eval \"$_ss_text\" ) </dev/null; }\n");
}

void RecordScript::Add(absl::string_view label, absl::string_view shell_text) {
  absl::StrAppend(&text_, "_ss_run ", ShellLiteral(shell_text), "; _ss_mark ", label, " $?\n");
}

absl::Status RecordReader::Feed(absl::string_view bytes, absl::FunctionRef<absl::Status(Record record)> on_record) {
  pending_.append(bytes.data(), bytes.size());
  size_t start = 0;
  while (true) {
    const size_t at = pending_.find(mark_, std::max(start, searched_));
    const size_t end = at == std::string::npos ? std::string::npos : pending_.find('\n', at + mark_.size());
    if (end == std::string::npos) {
      // The mark itself may be cut; from there on the search is repeated.
      searched_ = at != std::string::npos ? at : pending_.size() - std::min(pending_.size(), mark_.size());
      break;
    }
    const absl::string_view line = absl::string_view(pending_).substr(at + mark_.size(), end - at - mark_.size());
    const std::pair<absl::string_view, absl::string_view> words = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    Record record{.label = std::string(words.first), .output = pending_.substr(start, at - start)};
    if (!absl::SimpleAtoi(words.second, &record.status))
      return MakeError(Failure::kInternal, "a record without a status");
    start = end + 1;
    SSHSYNC_RETURN_IF_ERROR(on_record(std::move(record)));
  }
  pending_.erase(0, start);
  searched_ -= std::min(searched_, start);
  if (pending_.size() > max_output_) {
    return MakeError(Failure::kOutputTooLarge, absl::StrCat("the command printed more than ", max_output_, " bytes"));
  }
  return absl::OkStatus();
}

std::string StderrOf(absl::string_view session_stderr, absl::string_view mark, absl::string_view label) {
  std::string own, all;
  for (const absl::string_view line : absl::StrSplit(session_stderr, '\n')) {
    absl::string_view rest = line;
    if (!absl::ConsumePrefix(&rest, mark)) {
      if (!line.empty()) absl::StrAppend(&own, line, "\n"), absl::StrAppend(&all, line, "\n");
    } else if (rest == absl::StrCat(" ", label)) {
      return own;
    } else {
      own.clear();
    }
  }
  return all;
}

}  // namespace sshsync
