#include "sshsync/host/probe/tool_probe.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sshsync/config/keys.h"
#include "sshsync/digest/hasher.h"
#include "sshsync/host/gnu_tar.h"
#include "sshsync/host/probe/digest_probe.h"
#include "sshsync/host/record_script.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr size_t kChunkTried = 8;                     // blocks
const std::string kLongName = std::string(120, 'l');  // no file system takes less than 143 bytes

// Names to pack: the hard one and the long one only where such are taken.
std::vector<std::string> NamesToPack(const HostTools& tools) {
  std::vector<std::string> names = {"./a b", "./sub/-c"};
  if (tools.TakesName("pack", kTrialName)) names.push_back(absl::StrCat("./", kTrialName));
  if (tools.LongNames("pack")) names.push_back(absl::StrCat("./", kLongName));
  return names;
}

// Shell text that prints an archive with the trial name, and with the long one where the host's tar is said to read
// such. A text holds no NUL, and the newline at its end is the last byte of a record behind the archive's end: some
// tars take whole records alone.
std::string ArchiveText(bool long_names) {
  constexpr int64_t kStamp = 1'700'000'000;
  std::vector<TarFile> files = {
      {.name = absl::StrCat("./", kTrialName), .content = "abc", .mode = 0640, .mtime = kStamp}};
  if (long_names) files.push_back({.name = absl::StrCat("./", kLongName), .content = "def"});
  const std::string archive = absl::StrCat(GnuTar(files), std::string(511, '\0'));
  return absl::StrCat("tr '\\001' '\\0' <<'_SS_TAR'\n",
                      absl::StrReplaceAll(archive, {{absl::string_view("\0", 1), "\001"}}), "\n_SS_TAR\n");
}

}  // namespace

ToolProbe::ToolProbe(HostTools& tools, Extent extent, const DigestTool& tool)
    : tools_(tools), extent_(extent), tool_(tool), mark_(RandomMark()) {
  for (const absl::string_view action : PresetActions()) {
    if (GroupOf(action) != ToolGroup::kTransfer ||
        (action == "chunks" ? tool.algorithm.empty() : extent == Extent::kChunks))
      continue;
    if (extent == Extent::kTaken) {
      if (tools.can(action)) trials_.push_back({std::string(action), nullptr});
      continue;
    }
    if (!tools.open(action)) continue;
    const std::vector<const Preset*> candidates = Candidates(action);
    for (size_t i = 0; i < candidates.size(); ++i) {
      // `clone` is what a host can be without.
      if (i + 1 < candidates.size() || action == "clone") trials_.push_back({std::string(action), candidates[i]});
    }
    tools.Choose(action, action == "clone" ? nullptr : candidates.back());
  }
  if (trials_.empty()) return;
  const std::string folder = ScratchFolder(mark_);
  RecordScript script(mark_);
  script.AddRaw(absl::StrCat(
      MakeScratchFolder(folder),
      "_ss_chosen=\n_ss_trial() { [ \"$_ss_chosen\" = \"$1\" ] || { umask 077; _ss_run \"$3\"; _ss_status=$?; ",
      "[ $_ss_status != 0 ] || _ss_chosen=$1; _ss_mark $2 $_ss_status; }; }\n"));
  for (size_t i = 0; i < trials_.size(); ++i) {
    HostTools trial = tools;
    if (trials_[i].preset != nullptr) trial.Choose(trials_[i].action, trials_[i].preset);
    const std::string text =
        absl::StrCat("T=", folder, "/", i, "; mkdir $T && cd $T || exit 1\n", TestOf(trials_[i], trial));
    script.AddRaw(absl::StrCat("_ss_trial ", trials_[i].action, " ", i, " ", ShellLiteral(text), "\n"));
  }
  command_.script = script.text();
}

std::vector<const Preset*> ToolProbe::Candidates(absl::string_view action) const {
  std::vector<const Preset*> candidates = Presets::Shipped().Candidates(action);
  // Where perl computes a SHA-2 by itself, openssl is faster, though it is started for each chunk.
  const bool slow_perl = action == "chunks" && absl::StartsWith(tool_.words, "openssl") && tool_.algorithm.size() == 6;
  if (slow_perl) std::erase_if(candidates, [](const Preset* preset) { return preset->name == "perl"; });
  return candidates;
}

// What tries an action in an empty folder.
std::string ToolProbe::TestOf(const Trial& trial, const HostTools& tools) const {
  const std::string& action = trial.action;
  std::string text = absl::StrCat(tools.text(action), "\n"), test(Presets::Shipped().test(action));
  if (action == "pack") text = tools.OnNames(action, NamesToPack(tools));
  if (action == "unpack") test = absl::StrCat("_ss_archive() {\n", ArchiveText(tools.LongNames(action)), "}\n", test);
  if (action == "chunks") {
    text = absl::StrCat(tools.Chunks(tool_.algorithm, tool_.words), "\n");
    auto hasher = Hasher::Create(tool_.algorithm);
    if (hasher.ok()) hasher->Update(std::string(kChunkTried * 131'072, '\0'));
    const std::string digest = hasher.ok() ? hasher->Finish().text() : "?";
    test = absl::StrCat("FILEPATH=/dev/zero SKIP=0 NCHUNK=2 BLOCKS=", kChunkTried, "\ncase \"`_ss_action`\" in *",
                        digest, "*", digest, "*) ;; *) exit 1 ;; esac");
  }
  return absl::StrCat("N=", ShellLiteral(kTrialName), " L=", kLongName,
                      "; HARD=", tools.TakesName(action, kTrialName) ? "yes" : "no",
                      " LONG=", tools.LongNames(action) ? "yes" : "no", "\n_ss_action() {\n", text, "}\n", test, "\n");
}

void ToolProbe::Read(const RemoteResult& result) {
  RecordReader reader(mark_, size_t{1} << 20);
  // What is not understood did not pass.
  reader
      .Feed(result.out,
            [&](const Record& record) {
              size_t index = 0;
              if (!absl::SimpleAtoi(record.label, &index) || index >= trials_.size()) return absl::OkStatus();
              const Trial& trial = trials_[index];
              passed_[trial.action] = record.status == 0;
              if (extent_ != Extent::kTaken && record.status == 0) tools_.Choose(trial.action, trial.preset);
              return absl::OkStatus();
            })
      .IgnoreError();
}

}  // namespace sshsync
