#ifndef SSHSYNC_HOST_RECORD_SCRIPT_H_
#define SSHSYNC_HOST_RECORD_SCRIPT_H_

#include <cstddef>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sshsync/base/random.h"

namespace sshsync {

/// Many small commands in one script, each with an answer of its own: a session costs a login, so a thousand questions
/// share one. Each command runs in a subshell (it may `exit`, `exec`, `cd` or have a syntax error) with stdin from
/// /dev/null, and is followed on stdout by a line `MARK LABEL STATUS`; what it printed is what precedes that line. A
/// command that failed marks stderr too, so that what it said there can be told from the others' words. MARK is random:
/// what a command prints cannot forge a record.
///
///     RecordScript script(RandomMark());
///     script.Add("0", "sha1sum '/srv/a'");
///     RemoteCommand{.script = script.text()};
class RecordScript {
 public:
  explicit RecordScript(absl::string_view mark);

  /// `label` is letters, digits and `:`. `shell_text` is POSIX sh with every value in it quoted already.
  void Add(absl::string_view label, absl::string_view shell_text);

  /// Shell text between the commands, in the script's own shell: functions, variables, calls of `_ss_mark LABEL
  /// STATUS`, which ends a record, and of `_ss_run TEXT`, which runs TEXT as Add does and leaves its status in $?.
  void AddRaw(absl::string_view shell_text) { text_.append(shell_text.data(), shell_text.size()); }

  const std::string& text() const { return text_; }
  /// For its reader.
  const std::string& mark() const { return mark_; }

 private:
  std::string mark_;
  std::string text_;
};

/// One answer.
struct Record {
  std::string label;
  int status = 0;
  std::string output;
};

/// Takes a RecordScript's output apart as it arrives. Not for two threads at once.
/// Errors: kOutputTooLarge when one command printed more than `max_output`; the label of that command is then the next
/// one to come.
class RecordReader {
 public:
  RecordReader(absl::string_view mark, size_t max_output)
      : mark_("\n" + std::string(mark) + " "), max_output_(max_output) {}

  absl::Status Feed(absl::string_view bytes, absl::FunctionRef<absl::Status(Record record)> on_record);

 private:
  const std::string mark_;
  const size_t max_output_;
  std::string pending_;
  size_t searched_ = 0;  // up to here pending_ holds no mark
};

/// What `label`'s command said on stderr, when it failed: the part of a session's stderr that ends at its mark, after
/// the mark before. The rest, without marks, where there is none.
std::string StderrOf(absl::string_view session_stderr, absl::string_view mark, absl::string_view label);

}  // namespace sshsync

#endif  // SSHSYNC_HOST_RECORD_SCRIPT_H_
