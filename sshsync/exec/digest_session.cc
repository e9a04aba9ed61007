#include "sshsync/exec/digest_session.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr size_t kMaxOutput = size_t{4} << 20;  // of one command: a batch piece prints a few hundred KiB
constexpr size_t kFewFiles = 16;                // not worth a batch
constexpr size_t kSampled = 200;                // one in so many is asked of the template, too
constexpr size_t kSamplesAtLeast = 8;

// How unlike a plain name a name is: these are the ones on which two ways of asking disagree.
int Oddness(absl::string_view name) {
  int odd = 0;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '/';
    odd += plain ? 0 : c == '\\' || c == '\n' || c == '\r' ? 8 : 2;
  }
  return odd;
}


}  // namespace

std::string DigestToolText(absl::string_view folder, const DigestTool& tool, absl::Span<const std::string> operands) {
  return absl::StrCat("cd ", ShellLiteral(folder), " && ", WithArguments(tool.words, operands));
}

DigestSession::DigestSession(const HostFacts& facts, const RepositoryTemplates* templates, absl::optional<DigestTool> tool,
                             std::vector<DigestQuestion> questions)
    : facts_(facts), templates_(templates), tool_(std::move(tool)), questions_(std::move(questions)), answers_(questions_.size()), unanswered_(questions_.size()) {}

std::vector<size_t> DigestSession::ChooseSamples() const {
  std::vector<size_t> open;
  for (size_t i = 0; i < questions_.size(); ++i) {
    if (!answers_[i]) open.push_back(i);
  }
  std::set<size_t> chosen;
  const auto by_size = [this](size_t a, size_t b) { return questions_[a].size < questions_[b].size; };
  chosen.insert(*std::min_element(open.begin(), open.end(), by_size));
  chosen.insert(*std::max_element(open.begin(), open.end(), by_size));
  std::vector<size_t> odd = open;
  const size_t oddest = std::min<size_t>(odd.size(), 5);
  std::partial_sort(odd.begin(), odd.begin() + static_cast<ptrdiff_t>(oddest), odd.end(),
                    [this](size_t a, size_t b) { return Oddness(questions_[a].path) > Oddness(questions_[b].path); });
  chosen.insert(odd.begin(), odd.begin() + static_cast<ptrdiff_t>(oddest));
  const size_t step = std::max<size_t>(1, std::min(kSampled, open.size() / kSamplesAtLeast));
  for (size_t i = step / 2; i < open.size(); i += step) chosen.insert(open[i]);
  return {chosen.begin(), chosen.end()};
}

std::string DigestSession::NextScript() {
  mark_ = RandomMark();
  reader_.emplace(mark_, kMaxOutput);
  pieces_.clear();
  batch_.clear();
  samples_.clear();
  order_.clear();
  answered_in_session_ = next_in_order_ = 0;
  batch_broken_ = false;

  const bool has_template = templates_ != nullptr;
  const bool batch = tool_ && (!has_template || unanswered_ > kFewFiles);
  if (has_template && batch) order_ = ChooseSamples();
  if (has_template && !batch) {
    for (size_t i = 0; i < questions_.size(); ++i) {
      if (!answers_[i]) order_.push_back(i);
    }
  }
  RecordScript script(mark_);
  for (const size_t question : order_) {
    const auto text = templates_->Digest(facts_.root, questions_[question].path);
    if (text.ok()) {
      script.Add(absl::StrCat("t:", question), text->script());
    } else {
      Answer(question, text.status());
    }
  }
  std::erase_if(order_, [this](size_t question) { return answers_[question].has_value(); });
  if (!batch) return script.text();

  std::vector<std::string> operands;
  std::vector<size_t> operand_question;
  for (size_t i = 0; i < questions_.size(); ++i) {
    if (answers_[i]) continue;
    operands.push_back(absl::StrCat("./", questions_[i].path));
    operand_question.push_back(i);
  }
  // A file that is missing must be missing to both ways, too.
  operands.push_back(absl::StrCat("./.sshsync-none-", mark_.substr(0, 8)));
  operand_question.push_back(questions_.size());
  size_t at = 0;
  for (const auto& piece : ArgumentPieces(operands)) {
    script.Add(absl::StrCat("b:", pieces_.size()), DigestToolText(facts_.root, *tool_, piece));
    pieces_.emplace_back(operand_question.begin() + static_cast<ptrdiff_t>(at), operand_question.begin() + static_cast<ptrdiff_t>(at + piece.size()));
    at += piece.size();
  }
  return script.text();
}

absl::Status DigestSession::Feed(absl::string_view bytes) {
  return reader_->Feed(bytes, [this](Record record) { return OnRecord(record); });
}

absl::Status DigestSession::OnRecord(const Record& record) {
  size_t index = 0;
  if (!absl::SimpleAtoi(absl::string_view(record.label).substr(2), &index)) return MakeError(Failure::kInternal, "a digest record without a number");
  ++answered_in_session_;
  if (record.label[0] == 't') {
    ++next_in_order_;
    auto answer = ParseDigestAnswer(record.output, record.status, absl::StrCat(facts_.root, "/", questions_[index].path));
    if (pieces_.empty()) {
      Answer(index, std::move(answer));
    } else if (answer.ok()) {
      samples_[index] = *answer;
    }
    return absl::OkStatus();
  }
  std::vector<std::string> operands;
  for (const size_t question : pieces_[index]) {
    operands.push_back(question < questions_.size() ? absl::StrCat("./", questions_[question].path) : absl::StrCat("./.sshsync-none-", mark_.substr(0, 8)));
  }
  const auto digests = ParseDigestBatch(record.output, operands);
  if (!digests) {
    batch_broken_ = true;
    return absl::OkStatus();
  }
  for (size_t i = 0; i < operands.size(); ++i) {
    if ((*digests)[i].empty()) continue;
    if (pieces_[index][i] == questions_.size()) batch_broken_ = true;  // a digest of a file that is not there
    batch_[pieces_[index][i]] = (*digests)[i];
  }
  return absl::OkStatus();
}

void DigestSession::Answer(size_t question, absl::StatusOr<DigestAnswer> answer) {
  if (answers_[question]) return;
  answers_[question].emplace(std::move(answer));
  --unanswered_;
}

void DigestSession::JudgeBatch() {
  for (const auto& [question, answer] : samples_) {
    const auto at = batch_.find(question);
    const bool agree = answer.missing ? at == batch_.end() : at != batch_.end() && at->second == answer.digest;
    if (!agree) batch_broken_ = true;
  }
  for (const auto& [question, answer] : samples_) Answer(question, answer);
  if (batch_broken_) {
    batch_discarded_ = true;
  } else {
    for (const auto& [question, digest] : batch_) {
      if (question < questions_.size()) Answer(question, DigestAnswer{.missing = false, .digest = digest});
    }
  }
  // What the batch left out is asked of the template; without one there is nobody else to ask.
  if (templates_ != nullptr) {
    tool_.reset();
    return;
  }
  for (size_t i = 0; i < questions_.size(); ++i) {
    if (!answers_[i]) Answer(i, MakeError(Failure::kBadDigest, absl::StrCat(tool_->words, " gave no digest of it")));
  }
}

void DigestSession::EndSession(absl::string_view session_stderr) {
  for (const size_t question : order_) {
    if (!pieces_.empty() || !answers_[question] || answers_[question]->ok()) continue;
    const std::string said = StderrOf(session_stderr, mark_, absl::StrCat("t:", question));
    auto& answer = *answers_[question];
    if (said.empty() || absl::StrContains(answer.status().message(), "; it said")) continue;
    const Failure failure = FailureOf(answer.status());
    answer = Annotate(failure == Failure::kCommandFailed ? MakeError(FailureFromWords(said, 1, failure), answer.status().message()) : answer.status(),
                      absl::StrCat("it said: ", CleanForTerminal(absl::StripAsciiWhitespace(said))));
  }
  if (!pieces_.empty()) JudgeBatch();
}

bool DigestSession::LoseSession(const absl::Status& error) {
  const bool one_command = FailureOf(error) == Failure::kOutputTooLarge || FailureOf(error) == Failure::kTimeout;
  if (pieces_.empty()) {
    if (one_command && next_in_order_ < order_.size()) {
      Answer(order_[next_in_order_], error);
      return true;
    }
  } else if (one_command && templates_ != nullptr) {
    tool_.reset();  // asked file by file it will be seen which file it was
    batch_discarded_ = true;
    return true;
  }
  return answered_in_session_ > 0 && pieces_.empty();
}

}  // namespace sshsync
