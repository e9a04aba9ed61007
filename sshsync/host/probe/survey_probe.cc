#include "sshsync/host/probe/survey_probe.h"

#include <algorithm>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sshsync/digest/hasher.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/host/record_script.h"
#include "sshsync/host/stat_records.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

// Besides the file with the hard name, an empty one.
constexpr absl::string_view kPlainName = "a b";
constexpr absl::string_view kContent = "abc";
constexpr absl::string_view kStamp = "202311142213.20";
constexpr int64_t kTime = 1'700'000'000'000'000'000;
constexpr int kToolsAtMost = 2;

std::vector<std::string> Operands() { return {absl::StrCat("./", kPlainName), absl::StrCat("./", kTrialName)}; }

std::string DigestOf(absl::string_view algorithm, absl::string_view bytes) {
  auto hasher = Hasher::Create(algorithm);
  if (!hasher.ok()) return "";
  hasher->Update(bytes);
  return hasher->Finish().text();
}

}  // namespace

SurveyProbe::SurveyProbe(HostTools& tools, std::vector<std::string> algorithms, Extent extent)
    : tools_(tools), extent_(extent) {
  for (const absl::string_view action : {"list", "digests"}) {
    if (!tools.open(action)) continue;
    const std::vector<const Preset*> candidates = Presets::Shipped().Candidates(action);
    for (size_t i = 0; i + 1 < candidates.size(); ++i)
      trials_.push_back({.action = std::string(action), .preset = candidates[i]});
    tools.Choose(action, candidates.back());
  }
  for (const std::string& algorithm : algorithms) {
    for (std::string& words : tools.DigestTools(algorithm))
      trials_.push_back({.action = "digest", .preset = nullptr, .algorithm = algorithm, .words = std::move(words)});
  }
  done_ = trials_.empty();
}

RemoteCommand SurveyProbe::Next() {
  mark_ = RandomMark();
  const std::string folder = ScratchFolder(mark_);
  RecordScript script(mark_);
  script.AddRaw(absl::StrCat(MakeScratchFolder(folder), "cd ", folder, " && printf ", kContent, " >",
                             ShellLiteral(absl::StrCat("./", kTrialName)), " && : >",
                             ShellLiteral(absl::StrCat("./", kPlainName)), " && chmod 640 ",
                             ShellLiteral(absl::StrCat("./", kTrialName)), " && TZ=UTC0 touch -t ", kStamp, " ",
                             ShellLiteral(absl::StrCat("./", kTrialName)), " || exit 3\n"));
  // A trial is skipped when one of its kind was enough: its answer has no record.
  script.AddRaw(absl::StrCat("REPOPATH=", folder, "; _ss_had=; _ss_kind=\n",
                             "_ss_trial() { case $_ss_kind in \"$1\") ;; *) _ss_kind=$1 _ss_had= ;; esac; [ "
                             "\"$_ss_had\" != \"$2\" ] || return 0; "
                             "_ss_run \"$4\" 2>/dev/null; _ss_status=$?; [ $_ss_status != 0 ] || _ss_had=x$_ss_had; "
                             "_ss_mark $3 $_ss_status; }\n"));
  std::string first;
  for (size_t i = 0; i < trials_.size(); ++i) {
    const Trial& trial = trials_[i];
    std::string text;
    if (trial.action == "digest") {
      text = WithArguments(trial.words, Operands());
    } else {
      HostTools candidate = tools_;
      candidate.Choose(trial.action, trial.preset);
      text = trial.action == "list" ? std::string(candidate.text("list"))
                                    : HostTools::TextOnNames(candidate.Digests("printf '[%s]'"), Operands());
    }
    // Other algorithms are not tried once one has a tool.
    const bool tool = trial.action == "digest";
    const bool begins =
        tool && (i == 0 || trials_[i - 1].action != "digest" || trials_[i - 1].algorithm != trial.algorithm);
    if (begins && extent_ == Extent::kFirst && !first.empty()) script.AddRaw("[ -z \"$_ss_had\" ] || _ss_enough=1\n");
    if (tool) first = trial.algorithm;
    script.AddRaw(absl::StrCat(tool ? "[ -n \"${_ss_enough-}\" ] || " : "", "_ss_trial ",
                               tool ? trial.algorithm : trial.action, " ", tool ? std::string(kToolsAtMost, 'x') : "x",
                               " ", i, " ", ShellLiteral(text), "\n"));
  }
  return {.script = script.text()};
}

bool SurveyProbe::Passes(const Trial& trial, absl::string_view output) const {
  const std::vector<std::string> operands = Operands();
  if (trial.action == "digest") {
    const auto digests = ParseDigestBatch(output, operands);
    return digests && (*digests)[0].text() == DigestOf(trial.algorithm, "") &&
           (*digests)[1].text() == DigestOf(trial.algorithm, kContent);
  }
  if (trial.action == "digests") return output == absl::StrCat("[", operands[0], "][", operands[1], "]");
  const StatListing listing = ParseStatListing(output, kStamp);
  const auto is_file = [](const RemoteStat& stat, size_t size) {
    return stat.type == RemoteStat::Type::kFile && stat.stat.size == static_cast<int64_t>(size) && stat.stat.inode != 0;
  };
  if (!listing.understood ||
      listing.paths != std::vector<std::string>{std::string(kTrialName), std::string(kPlainName)})
    return false;
  const FileStat& hard = listing.stats[0].stat;
  return is_file(listing.stats[0], kContent.size()) && is_file(listing.stats[1], 0) && hard.mode == 0640 &&
         hard.mtime / hard.unit() == kTime / hard.unit();
}

void SurveyProbe::Read(const RemoteResult& result) {
  std::set<size_t> wrong;         // ended well, and gave another answer
  std::set<std::string> settled;  // actions
  bool again = false;
  RecordReader reader(mark_, size_t{1} << 20);
  // What cannot be read did not pass.
  reader
      .Feed(result.out,
            [&](const Record& record) {
              size_t index = 0;
              if (!absl::SimpleAtoi(record.label, &index) || index >= trials_.size() || record.status != 0)
                return absl::OkStatus();
              const Trial& trial = trials_[index];
              if (!Passes(trial, record.output)) {
                wrong.insert(index);
              } else if (trial.action == "digest") {
                digests_[trial.algorithm].push_back({.words = trial.words, .algorithm = trial.algorithm});
              } else {
                tools_.Choose(trial.action, trial.preset);
                settled.insert(trial.action);
              }
              return absl::OkStatus();
            })
      .IgnoreError();
  // Only what was skipped because of a wrong answer is worth another question.
  std::vector<Trial> left;
  for (size_t i = 0; i < trials_.size(); ++i) {
    const bool behind = std::any_of(wrong.begin(), wrong.end(), [&](size_t w) {
      return w < i && trials_[w].action == trials_[i].action && trials_[w].algorithm == trials_[i].algorithm;
    });
    if (!behind || wrong.contains(i) || settled.contains(trials_[i].action)) continue;
    if (trials_[i].action == "digest" && digests_.contains(trials_[i].algorithm)) continue;
    left.push_back(trials_[i]);
    again = true;
  }
  trials_ = std::move(left);
  done_ = !again;
}

}  // namespace sshsync
