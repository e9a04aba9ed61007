#include "sshsync/host/probe/survey_probe.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using testing::ElementsAre;

HostTools Of(absl::string_view preset) {
  Repository repository;
  repository.preset = std::string(preset);
  return *HostTools::Make(repository);
}

// Asks this machine; shell text in front of the script makes it another one.
class SurveyProbeTest : public testing::Test {
 protected:
  RemoteResult Ask(const RemoteCommand& command, absl::string_view before = "", absl::string_view shell = "sh") {
    auto result = runner_.Run(Endpoint{.transport = Transport::kLocal, .shell = std::string(shell)},
                              {.script = absl::StrCat(before, command.script)}, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : RemoteResult{.status = -1};
  }
  // How many questions it took.
  int AskAll(SurveyProbe& probe, absl::string_view before = "", absl::string_view shell = "sh") {
    int questions = 0;
    for (; !probe.done() && questions < 10; ++questions) probe.Read(Ask(probe.Next(), before, shell));
    return questions;
  }
  std::string OnlyBusyBox() {
    const std::string folder = dir_.Path("bin");
    EXPECT_EQ(Ask({.script = absl::StrCat("mkdir ", folder, " && for a in `busybox --list`; do ln -s /usr/bin/busybox ",
                                          folder, "/$a; done")})
                  .status,
              0);
    return folder;
  }
  static std::vector<std::string> AlgorithmsOf(const SurveyProbe& probe) {
    std::vector<std::string> algorithms;
    for (const auto& [algorithm, tools] : probe.digests()) algorithms.push_back(algorithm);
    return algorithms;
  }

  TempDir dir_;
  LocalShell runner_;
};

TEST_F(SurveyProbeTest, FindsTheFastestListingInOneQuestion) {
  HostTools tools = Of("auto");
  SurveyProbe probe(tools, {"sha256", "sha1"}, SurveyProbe::Extent::kFirst);
  EXPECT_EQ(AskAll(probe), 1);
  EXPECT_EQ(tools.origin("list"), "gnu");
  EXPECT_EQ(tools.origin("digests"), "gnu");
  EXPECT_THAT(AlgorithmsOf(probe), ElementsAre("sha256"));
  ASSERT_EQ(probe.digests().at("sha256").size(), 2u);
  EXPECT_EQ(probe.digests().at("sha256")[0].words, "openssl dgst -sha256 -r");
  EXPECT_EQ(probe.digests().at("sha256")[1].words, "sha256sum");
}

TEST_F(SurveyProbeTest, FindsAllAlgorithmsWhenAsked) {
  HostTools tools = Of("auto");
  SurveyProbe probe(tools, {"sha256", "sha1", "md5"}, SurveyProbe::Extent::kAll);
  AskAll(probe);
  EXPECT_THAT(AlgorithmsOf(probe), ElementsAre("md5", "sha1", "sha256"));
}

TEST_F(SurveyProbeTest, GoesOnToTheNextAlgorithmWhereTheFirstHasNoTool) {
  HostTools tools = Of("auto");
  SurveyProbe probe(tools, {"sha3999", "sha1", "md5"}, SurveyProbe::Extent::kFirst);
  AskAll(probe);
  EXPECT_THAT(AlgorithmsOf(probe), ElementsAre("sha1"));
}

TEST_F(SurveyProbeTest, AHostWithSmallToolsIsSurveyedByThem) {
  const std::string bin = OnlyBusyBox();
  HostTools tools = Of("auto");
  SurveyProbe probe(tools, {"sha256"}, SurveyProbe::Extent::kFirst);
  AskAll(probe, absl::StrCat("PATH=", bin, "; export PATH\n"), bin + "/sh");
  EXPECT_EQ(tools.origin("list"), "busybox");
  EXPECT_EQ(tools.origin("digests"), "gnu");
  ASSERT_EQ(probe.digests().at("sha256").size(), 1u);
  EXPECT_EQ(probe.digests().at("sha256")[0].words, "sha256sum");
}

TEST_F(SurveyProbeTest, AToolThatLiesIsPassedOver) {
  HostTools tools = Of("auto");
  SurveyProbe probe(tools, {"sha256"}, SurveyProbe::Extent::kFirst);
  // A find that takes -printf and prints something else; a digest of everything but the file.
  const int questions =
      AskAll(probe,
             "find() { case $* in *printf*) echo 'a b//f640 1 2 3';; *) command find \"$@\";; esac; }\n"
             "openssl() { echo \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad *./a b\"; }\n");
  EXPECT_EQ(questions, 3) << "two presets have -printf";
  EXPECT_EQ(tools.origin("list"), "busybox");
  EXPECT_EQ(probe.digests().at("sha256")[0].words, "sha256sum");
}

TEST_F(SurveyProbeTest, WithoutAScratchFolderItIsPlainPosix) {
  HostTools tools = Of("auto");
  SurveyProbe probe(tools, {"sha256"}, SurveyProbe::Extent::kFirst);
  EXPECT_EQ(AskAll(probe, "mkdir() { return 1; }\n"), 1);
  EXPECT_EQ(tools.origin("list"), "posix");
  EXPECT_EQ(tools.origin("digests"), "posix");
  EXPECT_TRUE(probe.digests().empty());
}

TEST_F(SurveyProbeTest, WhatIsNamedIsNotTried) {
  HostTools tools = Of("gnu");
  EXPECT_TRUE(SurveyProbe(tools, {}, SurveyProbe::Extent::kFirst).done());
  SurveyProbe probe(tools, {"sha1"}, SurveyProbe::Extent::kFirst);
  EXPECT_EQ(probe.Next().script.find("find ."), std::string::npos);
}

TEST_F(SurveyProbeTest, NothingIsLeftBehind) {
  HostTools tools = Of("auto");
  SurveyProbe probe(tools, {"sha256"}, SurveyProbe::Extent::kAll);
  const RemoteCommand command = probe.Next();
  Ask(command);
  const std::string folder = command.script.substr(command.script.find("/tmp/.sshsync-"), 30);
  EXPECT_EQ(Ask({.script = absl::StrCat("ls -d ", folder, " 2>/dev/null")}).out, "");
}

}  // namespace
}  // namespace sshsync
