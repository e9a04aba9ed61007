#include "sshsync/host/probe/tool_probe.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/config/keys.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

const DigestTool kSha1{"sha1sum", "sha1"};

HostTools Of(absl::string_view preset, std::map<std::string, std::string> templates = {}) {
  Repository repository;
  repository.name = "node";
  repository.preset = std::string(preset);
  repository.templates = std::move(templates);
  return *HostTools::Make(repository);
}

// Asks this machine, with all its tools or those of one folder alone.
class ToolProbeTest : public testing::Test {
 protected:
  RemoteResult Ask(RemoteCommand command, absl::string_view shell = "sh", absl::string_view path = "") {
    if (!path.empty()) command.script = absl::StrCat("PATH=", ShellLiteral(path), "; export PATH\n", command.script);
    auto result =
        runner_.Run(Endpoint{.transport = Transport::kLocal, .shell = std::string(shell)}, command, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : RemoteResult{.status = -1};
  }

  // A folder with all of BusyBox's or toybox's commands.
  std::string Applets(absl::string_view box) {
    const std::string folder = dir_.Path(absl::StrCat(box, "-bin"));
    const auto result =
        Ask({.script = absl::StrCat("mkdir ", folder, " && for a in `", box == "busybox" ? "busybox --list" : "toybox",
                                    "`; do ln -s /usr/bin/", box, " ", folder, "/$a; done")});
    EXPECT_EQ(result.status, 0) << result.err;
    return folder;
  }

  void ExpectAllPass(HostTools tools, absl::string_view shell = "sh", absl::string_view path = "") {
    ToolProbe probe(tools, ToolProbe::Extent::kTaken, kSha1);
    const RemoteResult result = Ask(probe.command(), shell, path);
    probe.Read(result);
    for (const absl::string_view action : PresetActions()) {
      if (!tools.can(action) || GroupOf(action) != ToolGroup::kTransfer) continue;
      const auto at = probe.passed().find(std::string(action));
      ASSERT_NE(at, probe.passed().end()) << action << ": " << result.err;
      EXPECT_TRUE(at->second) << action << " of " << tools.origin(action) << ": " << result.out << "\n" << result.err;
    }
  }

  TempDir dir_;
  LocalShell runner_;
};

TEST_F(ToolProbeTest, EverythingOfGnuWorksHere) { ExpectAllPass(Of("gnu")); }

TEST_F(ToolProbeTest, EverythingOfPosixWorksHere) { ExpectAllPass(Of("posix")); }

TEST_F(ToolProbeTest, EverythingOfPerlWorksHere) { ExpectAllPass(Of("perl")); }

TEST_F(ToolProbeTest, EverythingOfBusyBoxWorksWithItsToolsAlone) {
  const std::string path = Applets("busybox");
  ExpectAllPass(Of("busybox"), path + "/sh", path);
}

TEST_F(ToolProbeTest, EverythingOfPosixWorksWithBusyBoxsTools) {
  const std::string path = Applets("busybox");
  ExpectAllPass(Of("posix"), path + "/sh", path);
}

TEST_F(ToolProbeTest, OtherShellsDoItToo) {
  for (const absl::string_view shell : {"bash", "ksh93", "mksh"}) ExpectAllPass(Of("gnu"), shell);
}

TEST_F(ToolProbeTest, TheBestThatWorksIsTaken) {
  HostTools tools = Of("auto");
  ToolProbe probe(tools, ToolProbe::Extent::kOpen);
  probe.Read(Ask(probe.command()));
  for (const absl::string_view action :
       {"read", "write", "copy", "clone", "size", "pack", "unpack", "settime", "flush", "rename"}) {
    EXPECT_EQ(tools.origin(action), "gnu") << action;
    EXPECT_FALSE(tools.open(action));
  }
  EXPECT_TRUE(tools.LongNames("pack") && tools.LongNames("unpack"));
}

TEST_F(ToolProbeTest, ATarThatKnowsNoLongNamesIsUsedForTheOthers) {
  const std::string old_tar = R"(
tar() {
  case " $* " in *' -cf '*) exec /bin/tar --format=ustar -cf - --no-recursion ./a\ b ./sub/-c;; esac
  out=`/bin/tar "$@"` && [ -z "\`find . -name 'llll*'\`" ]
}
)";
  HostTools tools = Of("auto");
  ToolProbe probe(tools, ToolProbe::Extent::kOpen);
  RemoteCommand command = probe.command();
  command.script = absl::StrCat(old_tar, command.script);
  probe.Read(Ask(command));
  EXPECT_EQ(tools.origin("pack"), "posix");
  EXPECT_EQ(tools.origin("unpack"), "posix");
  EXPECT_TRUE(ArchiveHolds("short", tools, tools));
  EXPECT_FALSE(ArchiveHolds(std::string(120, 'x'), tools, tools));
}

TEST_F(ToolProbeTest, ChunksAreDigestedByTheFastestThatIsThere) {
  const auto chosen = [this](const DigestTool& tool, absl::string_view before) {
    HostTools tools = Of("auto");
    ToolProbe probe(tools, ToolProbe::Extent::kOpen, tool);
    RemoteCommand command = probe.command();
    command.script = absl::StrCat(before, command.script);
    probe.Read(Ask(command));
    return std::string(tools.origin("chunks"));
  };
  const std::string no_python = "python3() { return 127; }\n";
  EXPECT_EQ(chosen(kSha1, ""), "python");
  EXPECT_EQ(chosen(kSha1, no_python), "perl");
  EXPECT_EQ(chosen({"openssl dgst -sha256 -r", "sha256"}, no_python), "posix");
  EXPECT_EQ(chosen({"sha256sum", "sha256"}, no_python), "perl");
  EXPECT_EQ(chosen({"sha256sum", "sha256"}, no_python + "perl() { echo 0; }\n"), "posix");
}

TEST_F(ToolProbeTest, AHostWithSmallToolsGetsWhatTheyCan) {
  const std::string path = Applets("busybox");
  HostTools tools = Of("auto");
  ToolProbe probe(tools, ToolProbe::Extent::kOpen);
  probe.Read(Ask(probe.command(), path + "/sh", path));
  EXPECT_EQ(tools.origin("pack"), "posix");
  EXPECT_EQ(tools.origin("settime"), "busybox");
  ExpectAllPass(tools, path + "/sh", path);
}

TEST_F(ToolProbeTest, WithoutAnAnswerItIsPlainPosix) {
  HostTools tools = Of("auto");
  ToolProbe probe(tools, ToolProbe::Extent::kOpen);
  probe.Read({.status = 3, .out = "", .err = "mkdir: Permission denied"});
  EXPECT_EQ(tools.origin("write"), "posix");
  EXPECT_EQ(tools.origin("size"), "macos");
  EXPECT_FALSE(tools.can("clone"));
  EXPECT_FALSE(tools.open("write"));
}

TEST_F(ToolProbeTest, AToolThatDoesSomethingElseFails) {
  const std::map<std::string, std::string> wrong = {
      {"read", "cat \"$FILEPATH\""},
      {"write", "cat >\"$STAGED\""},
      {"copy", "cp \"$FILEPATH\" \"$STAGED\""},
      {"clone", "true"},
      {"size", "true"},
      {"pack", "tar -cf - ./sub"},
      {"unpack", "cat >/dev/null"},
      {"settime", "touch \"$STAGED\""},
      {"flush", "false"},
      {"rename", "mv -f \"$STAGED\" \"$FILEPATH\""},
      {"chunks", "echo {ALGORITHM}"},
  };
  HostTools tools = Of("gnu", wrong);
  ToolProbe probe(tools, ToolProbe::Extent::kTaken, kSha1);
  probe.Read(Ask(probe.command()));
  for (const auto& [action, text] : wrong) {
    ASSERT_TRUE(probe.passed().contains(action)) << action;
    EXPECT_FALSE(probe.passed().at(action)) << action;
  }
}

TEST_F(ToolProbeTest, NothingIsLeftBehind) {
  HostTools tools = Of("gnu");
  ToolProbe probe(tools, ToolProbe::Extent::kTaken);
  RemoteCommand command = probe.command();
  const std::string mark = command.script.substr(command.script.find("/tmp/.sshsync-"), 30);
  Ask(command);
  EXPECT_EQ(Ask({.script = absl::StrCat("ls -d ", mark, " 2>/dev/null")}).out, "");
}

TEST_F(ToolProbeTest, WhatIsNamedNeedsNoQuestion) {
  HostTools tools = Of("gnu");
  EXPECT_TRUE(ToolProbe(tools, ToolProbe::Extent::kOpen).empty());
}

}  // namespace
}  // namespace sshsync
