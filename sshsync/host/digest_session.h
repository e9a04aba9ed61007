#ifndef SSHSYNC_HOST_DIGEST_SESSION_H_
#define SSHSYNC_HOST_DIGEST_SESSION_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/host/host_tools.h"
#include "sshsync/host/record_script.h"
#include "sshsync/host/repository_templates.h"
#include "sshsync/plan/digest_result.h"
#include "sshsync/plan/digest_tool.h"

namespace sshsync {

/// One file to digest.
struct DigestRequest {
  std::string path;  ///< relative
  int64_t size = 0;  ///< bytes, for the choice of samples and of the patience
};

/// The digests of many files of one repository, asked in one session: by the operator's digestcmd file by file, or,
/// where that is a known tool, by the tool with many names (which is 30 to 70 times faster). The fast way is believed
/// only as long as it agrees with the template: on eight files chosen to be difficult and on one in 200 of the rest, in
/// the same session; one difference discards everything it said. What has no answer after a session (it was lost, or
/// the batch was discarded) is asked again in the next one. Ownership: refers to its arguments. Threads: one at a time.
///
///     DigestSession session(facts, templates, tool, questions);
///     while (session.unanswered() > 0) { ... runner.RunLong(host, {.script = session.NextScript()}, session's Feed
///     ...); }
class DigestSession {
 public:
  /// `tool`: what takes many operands, if anything does. Without `templates` (whose digestcmd is asked otherwise) it is
  /// the only way. `tools`: how a host takes many names; plain POSIX takes them as operands.
  DigestSession(const HostFacts& facts, const RepositoryTemplates* templates, absl::optional<DigestTool> tool,
                absl::Span<const DigestRequest> questions, HostTools tools = HostTools());

  size_t unanswered() const { return unanswered_; }

  /// The script of the next session, for as much of what is unanswered as a host's shell should read at once. Files
  /// whose name the template refuses are answered with that error.
  std::string NextScript();

  /// The bytes that the command of NextScript with most to read has to read: it is silent meanwhile.
  int64_t largest_command() const { return largest_command_; }

  /// Bytes of that session's stdout.
  absl::Status Feed(absl::string_view bytes);

  /// To be called when the session's end was seen, with its stderr: what a failed command said there becomes part of
  /// the answer. Returns whether the session brought anything forward; a host for which that stays false is not asked
  /// for ever.
  bool EndSession(absl::string_view session_stderr);

  /// To be called when the session was lost, or ended by us because of one command (kOutputTooLarge, kTimeout): that
  /// one is answered with `error` if it is not a transport's. Returns the same.
  bool LoseSession(const absl::Status& error);

  /// One for each question, in the same order; valid when nothing is unanswered.
  const std::vector<absl::optional<absl::StatusOr<DigestResult>>>& answers() const { return answers_; }
  std::vector<absl::optional<absl::StatusOr<DigestResult>>> TakeAnswers() && { return std::move(answers_); }

  /// Whether the batch was tried and discarded: worth a WARNING.
  bool batch_discarded() const { return batch_discarded_; }

 private:
  absl::Status OnRecord(const Record& record);
  void Answer(size_t question, absl::StatusOr<DigestResult> answer);
  void JudgeBatch(absl::string_view session_stderr);
  void DiscardBatch();
  std::vector<size_t> NextQuestions();
  void AddBatch(absl::Span<const std::string> operands, const std::vector<size_t>& operand_question,
                RecordScript* script);
  std::vector<size_t> ChooseSamples(const std::vector<size_t>& open) const;

  const HostFacts& facts_;
  const RepositoryTemplates* const templates_;  // nullptr: the tool is the only way
  absl::optional<DigestTool> tool_;
  const HostTools tools_;
  const absl::Span<const DigestRequest> questions_;
  std::vector<absl::optional<absl::StatusOr<DigestResult>>> answers_;
  size_t unanswered_;
  std::vector<bool> from_batch_;  // answers that are worth as much as the batch
  std::vector<bool> alone_;       // questions that the batch did not answer
  bool batch_discarded_ = false;

  // One session's.
  std::string mark_;
  absl::optional<RecordReader> reader_;
  std::vector<std::vector<size_t>> pieces_;                 // questions of each batch piece
  std::map<size_t, Digest> batch_;                          // what the batch said
  std::map<size_t, absl::StatusOr<DigestResult>> samples_;  // what the template said of the samples
  std::vector<size_t> order_;                               // of the template's questions in this script
  bool progressed_ = false;
  size_t next_in_order_ = 0;
  int64_t largest_command_ = 0;
  bool batch_broken_ = false;
};

/// Names as operands that no tool takes for options.
std::vector<std::string> Operands(absl::Span<const std::string> files);

/// How many of these operands one call of a host's `digests` takes: as a list those that a list can hold, else as
/// operands.
size_t DigestPiece(const HostTools& tools, absl::Span<const std::string> operands);

/// Shell text that runs a tool on operands below `folder`, in as many calls as they need; and on as many as one call
/// takes.
std::string DigestToolText(const HostTools& tools, absl::string_view folder, const DigestTool& tool,
                           absl::Span<const std::string> operands);

}  // namespace sshsync

#endif  // SSHSYNC_HOST_DIGEST_SESSION_H_
