#include "sshsync/stage/framed_stream.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

// What a reader prints in m, its writer takes apart in p.
class FramedStreamTest : public testing::Test {
 protected:
  FramedStreamTest() {
    dir_.Write("m/keep", "");
    dir_.Write("p/d/keep", "");
  }

  void Add(const std::string& name, const std::string& content) {
    dir_.Write("m/" + name, content);
    frames_.push_back({.name = name, .size = static_cast<int64_t>(content.size())});
  }

  // Status of the reader and of the writer.
  std::string Move(absl::string_view shell = "sh", absl::string_view before = "") {
    const auto part = [&](const char* folder, const std::string& text, const char* end) {
      return absl::StrCat(
          "( ", shell, " -c ",
          ShellLiteral(absl::StrCat(before, "cd ", ShellLiteral(dir_.Path(folder)), " || exit 9\n", text)), "; echo ",
          end, " $? >&3 )");
    };
    const std::string script = absl::StrCat("{ ", part("m", FramedReader(frames_, 20'000), "reader"), " | ",
                                            part("p", FramedWriter(frames_), "writer"), "; } 3>&1 | sort\n");
    const auto result = runner_.Run(Endpoint{.transport = Transport::kLocal}, {.script = script}, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? result->out : "";
  }

  TempDir dir_;
  LocalShell runner_;
  std::vector<Frame> frames_;
};

TEST_F(FramedStreamTest, BringsAnyNameAndAnySize) {
  const std::string names[] = {"-rf",  "--",           "new\nline",          "\001", " ",
                               "it's", "$(touch pwn)", "`touch pwn`",        "\\",   "\xff",
                               "d/*",  "of=x",         std::string(200, 'x')};
  for (const std::string& name : names) Add(name, absl::StrCat("of ", name));
  Add("empty", "");
  Add("zeros", std::string(70'000, '\0'));
  Add("big", std::string(1 << 20, 'b'));
  Add("last empty", "");
  for (const auto& [shell, before] : {std::pair{"sh", ""},
                                      {"bash", ""},
                                      {"mksh", ""},
                                      {"busybox sh", "dd() { busybox dd \"$@\"; }; cat() { busybox cat \"$@\"; }\n"}}) {
    EXPECT_EQ(Move(shell, before), "reader 0\nwriter 0\n") << shell;
    for (const Frame& frame : frames_)
      EXPECT_EQ(dir_.Read("p/" + frame.name), dir_.Read("m/" + frame.name)) << shell << ": " << frame.name;
    EXPECT_FALSE(dir_.Exists(absl::StrCat("p/", kFramedName)));
    EXPECT_FALSE(dir_.Exists("p/pwn") || dir_.Exists("m/pwn"));
  }
}

TEST_F(FramedStreamTest, AFileThatIsGoneFailsTheReader) {
  Add("a", "1");
  Add("b", "2");
  dir_.Write("m/a", "");
  EXPECT_EQ(std::remove(dir_.Path("m/a").c_str()), 0);
  EXPECT_THAT(Move(), testing::HasSubstr("reader 1\n"));
}

TEST_F(FramedStreamTest, AFolderThatIsNotThereFailsTheWriter) {
  Add("a", "1");
  Add("e/b", "2");
  EXPECT_EQ(Move(), "reader 0\nwriter 1\n");
}

TEST_F(FramedStreamTest, AFileThatGrewShiftsWhatIsBehindIt) {
  Add("a", "1");
  Add("b", "2");
  dir_.Write("m/a", "15");
  EXPECT_EQ(Move(), "reader 0\nwriter 0\n");
  EXPECT_EQ(dir_.Read("p/b"), "5") << "which is not its digest";
}

}  // namespace
}  // namespace sshsync
