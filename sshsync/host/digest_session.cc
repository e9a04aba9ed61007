#include "sshsync/host/digest_session.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr size_t kMaxOutput = size_t{4} << 20;  // of one command
constexpr size_t kFewFiles = 16;                // not worth a batch
constexpr size_t kSampled = 200;                // one in so many is asked of the template, too
constexpr size_t kSamplesAtLeast = 8;
constexpr size_t kMaxScript =
    size_t{2} << 20;  // bytes of a session's script, roughly: a million names are not for one shell to read
constexpr size_t kOperandCost = 8, kTemplateCost = 400;
constexpr size_t kPieceOutput =
    kMaxOutput /
    2;  // bytes that one call prints, were a byte of a name printed as two (GNU) at most: FreeBSD's tools print four
constexpr size_t kLineBesidesName = 160;             // of those: a SHA-512 in hex, and what tools put around it
constexpr int64_t kPieceBytes = int64_t{256} << 20;  // read without a word

// How unlike a plain name a name is: these are the ones on which two ways of asking disagree.
int Oddness(absl::string_view name) {
  int odd = 0;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                       c == '_' || c == '-' || c == '/';
    odd += plain ? 0 : c == '\\' || c == '\n' || c == '\r' ? 8 : 2;
  }
  return odd;
}

// What a tool said of one of many operands; empty where it is not to be told from what it said of others.
absl::string_view LineAbout(absl::string_view said, absl::string_view operand) {
  for (const absl::string_view line : absl::StrSplit(said, '\n')) {
    const size_t at = line.find(operand);
    if (at == absl::string_view::npos) continue;
    const absl::string_view rest = line.substr(at + operand.size());
    if (absl::StartsWith(rest, ":") || absl::StartsWith(rest, "'") || absl::StartsWith(rest, "\"")) return line;
  }
  return "";
}

}  // namespace

size_t DigestPiece(const HostTools& tools, absl::Span<const std::string> operands) {
  const bool listed = tools.TakesName("digests", operands[0]);
  if (!listed) return 1;  // by itself, as an operand
  const auto printed = [&](size_t i) { return 2 * operands[i].size() + kLineBesidesName; };
  size_t count = 1;
  for (size_t bytes = printed(0); count < operands.size() && tools.TakesName("digests", operands[count]); ++count) {
    if ((bytes += printed(count)) > kPieceOutput) break;
  }
  return tools.NamesPerCall("digests", operands.first(count));
}

std::string DigestToolText(const HostTools& tools, absl::string_view folder, const DigestTool& tool,
                           absl::Span<const std::string> operands) {
  std::string text = absl::StrCat("cd ", ShellLiteral(folder), " || exit 3\n");
  while (!operands.empty()) {
    const size_t count = DigestPiece(tools, operands);
    const auto piece = operands.first(count);
    if (tools.TakesName("digests", piece[0])) {
      absl::StrAppend(&text, HostTools::TextOnNames(tools.Digests(tool.words), piece));
    } else {
      absl::StrAppend(&text, WithArguments(tool.words, piece), "\n");
    }
    operands.remove_prefix(count);
  }
  return text;
}

std::vector<std::string> Operands(absl::Span<const std::string> files) {
  std::vector<std::string> operands;
  for (const std::string& file : files) operands.push_back(absl::StrCat("./", file));
  return operands;
}

DigestSession::DigestSession(const HostFacts& facts, const RepositoryTemplates* templates,
                             absl::optional<DigestTool> tool, absl::Span<const DigestRequest> questions,
                             HostTools tools)
    : facts_(facts),
      templates_(templates),
      tool_(std::move(tool)),
      tools_(std::move(tools)),
      questions_(questions),
      answers_(questions_.size()),
      unanswered_(questions_.size()),
      from_batch_(questions_.size(), false),
      alone_(questions_.size(), false) {}

std::vector<size_t> DigestSession::ChooseSamples(const std::vector<size_t>& open) const {
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

// What the next session is about: questions for the batch as long as there are enough of them, then the others.
std::vector<size_t> DigestSession::NextQuestions() {
  for (const bool for_batch : {true, false}) {
    if (for_batch && !tool_) continue;
    std::vector<size_t> chosen;
    size_t bytes = 0;
    for (size_t i = 0; i < questions_.size() && bytes < kMaxScript; ++i) {
      if (answers_[i] || (for_batch && alone_[i])) continue;
      chosen.push_back(i);
      bytes += questions_[i].path.size() + (for_batch ? kOperandCost : kTemplateCost);
    }
    if (!for_batch || templates_ == nullptr || chosen.size() > kFewFiles) return chosen;
    tool_.reset();
  }
  return {};
}

std::string DigestSession::NextScript() {
  mark_ = RandomMark();
  reader_.emplace(mark_, kMaxOutput);
  pieces_.clear();
  batch_.clear();
  samples_.clear();
  next_in_order_ = 0;
  largest_command_ = 0;
  progressed_ = batch_broken_ = false;

  const std::vector<size_t> open = NextQuestions();
  const bool batch = tool_.has_value();
  order_ = !batch ? open : templates_ != nullptr ? ChooseSamples(open) : std::vector<size_t>();
  RecordScript script(mark_);
  for (const size_t question : order_) {
    const auto text = templates_->Digest(facts_.root, questions_[question].path);
    if (text.ok()) {
      script.Add(absl::StrCat("t:", question), text->script());
      largest_command_ = std::max(largest_command_, questions_[question].size);
    } else {
      Answer(question, text.status());
    }
  }
  std::erase_if(order_, [this](size_t question) { return answers_[question].has_value(); });
  if (!batch) return script.text();

  std::vector<std::string> operands;
  std::vector<size_t> operand_question;
  for (const size_t question : open) {
    if (answers_[question]) continue;
    operands.push_back(absl::StrCat("./", questions_[question].path));
    operand_question.push_back(question);
  }
  // A file that is missing must be missing to both ways, too.
  operands.push_back(absl::StrCat("./.sshsync-none-", mark_.substr(0, 8)));
  operand_question.push_back(questions_.size());
  AddBatch(operands, operand_question, &script);
  return script.text();
}

void DigestSession::AddBatch(absl::Span<const std::string> operands, const std::vector<size_t>& operand_question,
                             RecordScript* script) {
  const auto size_of = [this](size_t question) {
    return question < questions_.size() ? std::max<int64_t>(questions_[question].size, 0) : 0;
  };
  for (size_t at = 0; at < operands.size();) {
    const size_t most = DigestPiece(tools_, operands.subspan(at));
    int64_t bytes = size_of(operand_question[at]);
    size_t count = 1;
    while (count < most && bytes + size_of(operand_question[at + count]) <= kPieceBytes)
      bytes += size_of(operand_question[at + count++]);
    script->Add(absl::StrCat("b:", pieces_.size()),
                DigestToolText(tools_, facts_.root, *tool_, operands.subspan(at, count)));
    pieces_.emplace_back(operand_question.begin() + static_cast<ptrdiff_t>(at),
                         operand_question.begin() + static_cast<ptrdiff_t>(at + count));
    largest_command_ = std::max(largest_command_, bytes);
    at += count;
  }
}

absl::Status DigestSession::Feed(absl::string_view bytes) {
  return reader_->Feed(bytes, [this](Record record) { return OnRecord(record); });
}

absl::Status DigestSession::OnRecord(const Record& record) {
  size_t index = 0;
  absl::string_view number = record.label;
  const bool of_template = absl::ConsumePrefix(&number, "t:");
  const bool known = (of_template || absl::ConsumePrefix(&number, "b:")) && absl::SimpleAtoi(number, &index) &&
                     index < (of_template ? questions_.size() : pieces_.size());
  if (!known) return MakeError(Failure::kBadDigest, "the host answers what it was not asked");
  if (of_template) {
    ++next_in_order_;
    auto answer =
        ParseDigestResult(record.output, record.status, absl::StrCat(facts_.root, "/", questions_[index].path));
    if (pieces_.empty()) {
      Answer(index, std::move(answer));
    } else {
      samples_.insert({index, std::move(answer)});
    }
    return absl::OkStatus();
  }
  std::vector<std::string> operands;
  for (const size_t question : pieces_[index]) {
    operands.push_back(question < questions_.size() ? absl::StrCat("./", questions_[question].path)
                                                    : absl::StrCat("./.sshsync-none-", mark_.substr(0, 8)));
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

void DigestSession::Answer(size_t question, absl::StatusOr<DigestResult> answer) {
  if (answers_[question]) return;
  answers_[question].emplace(std::move(answer));
  --unanswered_;
  progressed_ = true;
}

// Whatever the batch said, also in earlier sessions, is asked of the template.
void DigestSession::DiscardBatch() {
  tool_.reset();
  batch_discarded_ = progressed_ = true;
  for (size_t i = 0; i < questions_.size(); ++i) {
    if (!from_batch_[i]) continue;
    from_batch_[i] = false;
    answers_[i].reset();
    ++unanswered_;
  }
}

void DigestSession::JudgeBatch(absl::string_view session_stderr) {
  for (const auto& [question, answer] : samples_) {
    const auto at = batch_.find(question);
    const bool none = !answer.ok() || answer->missing;
    if (none ? at != batch_.end() : at == batch_.end() || at->second != answer->digest) batch_broken_ = true;
    if (answer.ok()) Answer(question, answer);
  }
  if (batch_broken_ && templates_ != nullptr) return DiscardBatch();
  for (const auto& [question, digest] : batch_) {
    if (batch_broken_ || question >= questions_.size() || answers_[question]) continue;
    Answer(question, DigestResult{.missing = false, .digest = digest});
    from_batch_[question] = true;
  }
  // What the batch left out is asked of the template; without one there is nobody else to ask.
  for (size_t i = 0; i < pieces_.size(); ++i) {
    absl::optional<std::string> said;
    for (const size_t question : pieces_[i]) {
      if (question >= questions_.size() || answers_[question]) continue;
      if (templates_ != nullptr) {
        progressed_ = alone_[question] = true;
        continue;
      }
      if (!said) said = StderrOf(session_stderr, mark_, absl::StrCat("b:", i));
      const std::string why = CleanForTerminal(LineAbout(*said, absl::StrCat("./", questions_[question].path)));
      Answer(question,
             MakeError(FailureFromWords(why, 1, Failure::kBadDigest),
                       absl::StrCat(tool_->words, " gave no digest of it", why.empty() ? "" : "; it said: ", why)));
    }
  }
}

bool DigestSession::EndSession(absl::string_view session_stderr) {
  for (const size_t question : order_) {
    if (!pieces_.empty() || !answers_[question] || answers_[question]->ok()) continue;
    const std::string said = StderrOf(session_stderr, mark_, absl::StrCat("t:", question));
    auto& answer = *answers_[question];
    if (said.empty() || absl::StrContains(answer.status().message(), "; it said")) continue;
    const Failure failure = FailureOf(answer.status());
    answer = Annotate(failure == Failure::kCommandFailed
                          ? MakeError(FailureFromWords(said, 1, failure), answer.status().message())
                          : answer.status(),
                      absl::StrCat("it said: ", CleanForTerminal(absl::StripAsciiWhitespace(said))));
  }
  if (!pieces_.empty()) JudgeBatch(session_stderr);
  return progressed_;
}

bool DigestSession::LoseSession(const absl::Status& error) {
  const bool one_command = FailureOf(error) == Failure::kOutputTooLarge || FailureOf(error) == Failure::kTimeout;
  if (one_command && pieces_.empty() && next_in_order_ < order_.size()) {
    const bool before = progressed_;
    Answer(order_[next_in_order_], error);
    // A file costs its patience: a host on which every file does is given up.
    if (FailureOf(error) == Failure::kTimeout) return before;
  }
  if (one_command && !pieces_.empty() && templates_ != nullptr)
    DiscardBatch();  // asked file by file it will be seen which file it was
  return progressed_;
}

}  // namespace sshsync
