#include "sshsync/host/gnu_tar.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

const std::string kLong = absl::StrCat("./d/", std::string(120, 'x'), "\n'", std::string(60, 'y'));

TEST(GnuTarTest, EveryTarUnpacksIt) {
  const std::string archive =
      GnuTar({{.name = "./-a\\b\n", .content = std::string(700, 'a'), .mode = 0640, .mtime = 1'700'000'000},
              {.name = kLong, .content = "long"},
              {.name = absl::StrCat("./", std::string(98, 'z')), .content = ""},
              {.name = absl::StrCat("./", std::string(99, 'z')), .content = "z"}});
  for (const absl::string_view tar : {"tar", "busybox tar", "toybox tar"}) {
    TempDir dir;
    dir.Write("archive", archive);
    LocalShell runner;
    const std::string script = absl::StrCat("cd ", ShellLiteral(dir.Path("")), " && mkdir out out/d && cd out && ", tar,
                                            " -xpof - <../archive && TZ=UTC0 ls -ldn ./-a*\n");
    const auto result = runner.Run(Endpoint{.transport = Transport::kLocal}, {.script = script}, StopToken());
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->err, "") << tar;
    EXPECT_EQ(result->out.substr(0, 10), "-rw-r-----") << tar;
    EXPECT_NE(result->out.find("Nov 14  2023"), std::string::npos) << result->out;
    EXPECT_EQ(dir.Read("out/-a\\b\n"), std::string(700, 'a')) << tar;
    EXPECT_EQ(dir.Read(absl::StrCat("out/", kLong)), "long") << tar;
    EXPECT_EQ(dir.Read(absl::StrCat("out/", std::string(98, 'z'))), "") << tar;
    EXPECT_EQ(dir.Read(absl::StrCat("out/", std::string(99, 'z'))), "z") << tar;
  }
}

TEST(GnuTarTest, IsWhatTarWrites) {
  TempDir dir;
  dir.Write(kLong, "long");
  LocalShell runner;
  const std::string script =
      absl::StrCat("cd ", ShellLiteral(dir.Path("")), " && chmod 640 ", ShellLiteral(kLong),
                   " && touch -d @1700000000 ", ShellLiteral(kLong),
                   " && tar --format=gnu --owner=0 --group=0 --numeric-owner -b 1 -cf - ", ShellLiteral(kLong), "\n");
  const auto result = runner.Run(Endpoint{.transport = Transport::kLocal}, {.script = script}, StopToken());
  ASSERT_TRUE(result.ok()) << result.status();
  // GNU tar has an owner of its own for the entry of a long name; all behind that is the same.
  const std::string made = GnuTar({{.name = kLong, .content = "long", .mode = 0640, .mtime = 1'700'000'000}});
  ASSERT_EQ(made.size(), result->out.size()) << result->err;
  EXPECT_TRUE(made.substr(0, 148) == result->out.substr(0, 148));
  EXPECT_TRUE(made.substr(512) == result->out.substr(512));
}

TEST(GnuTarTest, AHeaderOfPosixHasRoomForSoMuch) {
  const std::string hundred(100, 'x');
  EXPECT_TRUE(FitsUstar(hundred));
  EXPECT_FALSE(FitsUstar(hundred + "x"));
  EXPECT_TRUE(FitsUstar(std::string(155, 'd') + "/" + hundred));
  EXPECT_FALSE(FitsUstar(std::string(156, 'd') + "/" + hundred));
  EXPECT_FALSE(FitsUstar("./" + std::string(101, 'x')));
}

}  // namespace
}  // namespace sshsync
