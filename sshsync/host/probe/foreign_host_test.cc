// Every action of every preset on a host with the tools it is for, alone: real ones or stand-ins
// (sshsync/testing/foreign_host.sh), with names that are hard to handle.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/config/keys.h"
#include "sshsync/digest/hasher.h"
#include "sshsync/host/digest_session.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/host/probe/survey_probe.h"
#include "sshsync/host/probe/tool_probe.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

using testing::IsEmpty;

struct Host {
  const char* name;
  const char* list;  // where `preset = auto` takes these from
  const char* settime;
  const char* chunks;
  const char* tool;  // for sha256; its first words
};

// Named in test output by its name.
void PrintTo(const Host& host, std::ostream* out) { *out << host.name; }

const std::vector<std::string>& Names() {
  static const std::vector<std::string> names = {
      "plain",     " lead",        "trail ", "new\nline", "trailing\n", "\n",           "-rf",      "--help",
      "'q' \"d\"", "$(touch pwn)", "`id`",   "*",         "a?[b]{c,d}", "\\",           "ends\\",   "\xff\xfe",
      "sub/a b",   "-d/-f",        "a -> b", "%s%n",      "!x",         "tab\tand\rcr", "\xc3\xa9", "~",
      "..a",       "\\056x",       "\\n",    "one\001"};
  return names;
}

class ForeignHostTest : public testing::TestWithParam<Host> {
 protected:
  ForeignHostTest() {
    bin_ = dir_.Path("bin");
    const auto made =
        runner_.Run(here_, {.script = absl::StrCat("sh sshsync/testing/foreign_host.sh ", GetParam().name, " ", bin_)},
                    StopToken());
    EXPECT_TRUE(made.ok() && made->status == 0) << made.status() << (made.ok() ? made->err : "");
    for (const std::string& name : Names()) dir_.Write(absl::StrCat("r/", name), Content(name));
    dir_.Write("r/.sshsync/in/hidden", "");
    facts_.root = dir_.Path("r");
    facts_.now = "20261125120000";
  }

  static std::string Content(const std::string& name) { return absl::StrCat("content of ", name); }

  RemoteResult Ask(absl::string_view script) {
    const Endpoint there{.transport = Transport::kLocal, .shell = bin_ + "/sh"};
    auto result =
        runner_.Run(there, {.script = absl::StrCat("PATH=", bin_, "; export PATH; LC_ALL=C; export LC_ALL\n", script)},
                    StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : RemoteResult{.status = -1};
  }

  HostTools Of(absl::string_view preset) {
    Repository repository;
    repository.preset = std::string(preset);
    // An absolute path cannot be stood in for.
    if (preset == "macos") {
      for (const char* action : {"list", "stat"}) {
        repository.templates[action] =
            absl::StrReplaceAll(Presets::Shipped().Find("macos")->text(action), {{"/usr/bin/stat", "stat"}});
      }
    }
    return *HostTools::Make(repository);
  }

  // The first digest tool for sha256 that gives the right answer; settles how the host is surveyed.
  DigestTool Survey(HostTools& tools) {
    SurveyProbe probe(tools, {"sha256"}, SurveyProbe::Extent::kFirst);
    while (!probe.done()) probe.Read(Ask(probe.Next().script));
    return probe.digests().contains("sha256") ? probe.digests().at("sha256").front() : DigestTool();
  }

  StatTool StatToolThere() {
    const auto facts = ParseHostFacts(Ask(HostFactsCommand(facts_.root, false).script), facts_.root);
    return facts.ok() ? facts->stat_tool : StatTool::kLs;
  }

  // Each action of both groups, on each name.
  void ExpectThatAllIsDone(const HostTools& tools, const DigestTool& tool) {
    ExpectListed(tools);
    ExpectDigested(tools, tool);
    ExpectMoved(tools);
    ExpectPacked(tools);
    EXPECT_FALSE(dir_.Exists("r/pwn"));
    EXPECT_FALSE(dir_.Exists("pwn"));
  }

  void ExpectListed(const HostTools& tools) {
    const RemoteResult result =
        Ask(absl::StrCat("REPOPATH=", ShellLiteral(facts_.root), "\n", tools.text("list"), "\n"));
    EXPECT_THAT(WhyIncomplete(result), IsEmpty());
    const StatListing listing = ParseStatListing(result.out, facts_.now);
    EXPECT_TRUE(listing.understood) << result.out;
    EXPECT_THAT(listing.refused, IsEmpty());
    std::vector<std::string> files, wanted = Names();
    for (size_t i = 0; i < listing.paths.size(); ++i) {
      if (listing.stats[i].type != RemoteStat::Type::kFile) continue;
      files.push_back(listing.paths[i]);
      EXPECT_EQ(listing.stats[i].stat.size, static_cast<int64_t>(Content(files.back()).size()));
    }
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(files, wanted);

    facts_.stat_text = std::string(tools.text("stat"));
    std::vector<std::string> names = Names();
    names.insert(names.begin() + 2, "missing");
    const auto stats = ParseStats(facts_, Ask(StatText(facts_, facts_.root, names)).out, names);
    for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(stats[i].has_value(), names[i] != "missing") << names[i];
  }

  void ExpectDigested(const HostTools& tools, const DigestTool& tool) {
    std::vector<DigestRequest> questions;
    for (const std::string& name : Names()) questions.push_back({name, 1});
    DigestSession session(facts_, nullptr, tool, questions, tools);
    while (session.unanswered() > 0) {
      ASSERT_TRUE(session.Feed(Ask(session.NextScript()).out).ok());
      ASSERT_TRUE(session.EndSession(""));
    }
    auto hasher = Hasher::Create("sha256");
    for (size_t i = 0; i < questions.size(); ++i) {
      const auto& answer = *session.answers()[i];
      hasher->Update(Content(questions[i].path));
      ASSERT_TRUE(answer.ok()) << questions[i].path << ": " << answer.status();
      EXPECT_EQ(answer->digest, hasher->Finish()) << questions[i].path;
    }
  }

  // Through read and write into the stage, made longer and cut again, copied, timed, renamed.
  void ExpectMoved(const HostTools& tools) {
    std::string script;
    for (const char* action : {"read", "write", "copy", "size", "settime", "flush", "rename"})
      absl::StrAppend(&script, "_ss_", action, "() {\n", tools.text(action), "\n}\n");
    for (const std::string& name : Names()) {
      const std::string file = absl::StrCat(facts_.root, "/", name), staged = dir_.Path(absl::StrCat("s/", name)),
                        copied = dir_.Path(absl::StrCat("c/", name));
      const std::string final = dir_.Path(absl::StrCat("f/", name)), folder = final.substr(0, final.rfind('/'));
      const size_t size = Content(name).size();
      for (const std::string& path : {staged, copied, final})
        absl::StrAppend(&script, "mkdir -p ", ShellLiteral(path.substr(0, path.rfind('/'))), "\n");
      absl::StrAppend(
          &script, "FILEPATH=", ShellLiteral(file), " STAGED=", ShellLiteral(staged), " SKIP=0 COUNT=9 SEEK=0 ",
          TimeVariables(1'700'000'000'000'000'000), "\n_ss_read | _ss_write || echo FAILED write\nSIZE=", size + 3,
          " LAST=", size + 2, "\n_ss_size || echo FAILED size\nSIZE=", size, " LAST=", size - 1,
          "\n_ss_size || echo FAILED size\nSTAGED=", ShellLiteral(copied),
          "\n_ss_copy || echo FAILED copy\nSTAGED=", ShellLiteral(staged),
          "\n_ss_settime || echo FAILED settime\nSTAGEDIR=", ShellLiteral(staged.substr(0, staged.rfind('/'))), "\n");
      if (name == "plain")
        absl::StrAppend(&script, "_ss_flush || echo FAILED flush\n");  // it may be all of this machine's
      absl::StrAppend(&script, "FILEPATH=", ShellLiteral(final), " DESTDIR=", ShellLiteral(folder),
                      "\n_ss_rename || echo FAILED rename\n");
    }
    const RemoteResult result = Ask(script);
    EXPECT_EQ(result.out, "") << result.err;
    for (const std::string& name : Names()) {
      EXPECT_EQ(dir_.Read(absl::StrCat("f/", name)), Content(name));
      EXPECT_EQ(dir_.Read(absl::StrCat("c/", name)), Content(name));
    }
    const RemoteResult times = Ask(absl::StrCat("cd ", dir_.Path("f"), " && TZ=UTC0 ls -ln plain"));
    EXPECT_TRUE(absl::StrContains(times.out, "2023")) << times.out;
  }

  void ExpectPacked(const HostTools& tools) {
    std::vector<std::string> names;
    for (const std::string& name : Names()) {
      if (tools.TakesName("pack", "./" + name)) names.push_back("./" + name);
    }
    EXPECT_GE(names.size(), Names().size() - 4)
        << "only names with a newline, or with the byte that stands for it, may be left out";
    ASSERT_EQ(tools.NamesPerCall("pack", names), names.size());
    for (const auto& [text, folder] : {std::pair{tools.text("pack"), "u"}, {tools.Attribute("pack", "ustar"), "v"}}) {
      if (text.empty()) continue;
      const RemoteResult result =
          Ask(absl::StrCat("_ss_pack() {\n", HostTools::TextOnNames(text, names), "}\n_ss_unpack() {\n",
                           tools.text("unpack"), "\n}\nmkdir ", dir_.Path(folder), "; ( cd ", facts_.root,
                           " && _ss_pack ) | ( cd ", dir_.Path(folder), " && _ss_unpack )\n"));
      EXPECT_EQ(result.status, 0) << result.err;
      for (const std::string& name : names)
        EXPECT_EQ(dir_.Read(absl::StrCat(folder, "/", name)), Content(name.substr(2)));
    }
  }

  void ExpectAllTrialsPass(HostTools tools, const DigestTool& tool) {
    ToolProbe trial(tools, ToolProbe::Extent::kTaken, tool);
    const RemoteResult result = Ask(trial.command().script);
    trial.Read(result);
    for (const absl::string_view action : PresetActions()) {
      if (!tools.can(action) || GroupOf(action) != ToolGroup::kTransfer) continue;
      const auto at = trial.passed().find(std::string(action));
      EXPECT_TRUE(at != trial.passed().end() && at->second) << action << " of " << tools.origin(action) << "\n"
                                                            << result.err;
    }
  }

  TempDir dir_;
  std::string bin_;
  LocalShell runner_;
  HostFacts facts_;
  const Endpoint here_{.transport = Transport::kLocal};
};

TEST_P(ForeignHostTest, ItsPresetDoesEverythingThere) {
  HostTools tools = Of(GetParam().name);
  const DigestTool tool = Survey(tools);
  EXPECT_TRUE(absl::StartsWith(tool.words, GetParam().tool)) << tool.words;
  ExpectAllTrialsPass(tools, tool);
  ExpectThatAllIsDone(tools, tool);
}

TEST_P(ForeignHostTest, AutoFindsWhatWorksThere) {
  HostTools tools = Of("auto");
  const DigestTool tool = Survey(tools);
  ToolProbe probe(tools, ToolProbe::Extent::kOpen, tool);
  probe.Read(Ask(probe.command().script));
  const bool stat_is_absolute = GetParam().name == std::string("macos");
  EXPECT_EQ(tools.origin("list"), stat_is_absolute ? "bsd" : GetParam().list);
  EXPECT_EQ(tools.origin("settime"), GetParam().settime);
  EXPECT_EQ(tools.origin("chunks"), GetParam().chunks);
  tools.Choose("stat", Presets::Shipped().Find(PresetOf(StatToolThere())));
  ExpectAllTrialsPass(tools, tool);
  ExpectThatAllIsDone(tools, tool);
}

INSTANTIATE_TEST_SUITE_P(All, ForeignHostTest,
                         testing::Values(Host{"gnu", "gnu", "gnu", "posix", "openssl dgst"},
                                         Host{"busybox", "busybox", "busybox", "posix", "sha256sum"},
                                         Host{"toybox", "toybox", "gnu", "posix", "sha256sum"},
                                         Host{"posix", "posix", "posix", "posix", "sha256sum"},
                                         Host{"solaris", "solaris", "posix", "posix", "digest -a sha256"},
                                         Host{"aix", "perl", "perl", "perl", "perl"},
                                         Host{"bsd", "bsd", "bsd", "posix", "sha256 -r"},
                                         Host{"macos", "macos", "perl", "perl", "shasum -a 256"}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace sshsync
