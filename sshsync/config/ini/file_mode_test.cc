#include "sshsync/config/ini/file_mode.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

std::string Remarks(const FileAccess& access) {
  std::string text;
  for (const ConfigDiagnostic& diagnostic : CheckFileMode("x", access)) {
    absl::StrAppend(&text, SeverityName(diagnostic.severity), " ", Render(diagnostic), "\n");
  }
  return text;
}

FileAccess Access(uint32_t mode, uint32_t owner, uint32_t reader) {
  FileAccess access;
  access.mode = mode;
  access.owner = owner;
  access.reader = reader;
  return access;
}

TEST(FileMode, AFileOfRootOrOfTheReaderIsTrusted) {
  EXPECT_EQ(Remarks(Access(0644, 0, 1000)), "");
  EXPECT_EQ(Remarks(Access(0600, 1000, 1000)), "");
  EXPECT_EQ(Remarks(Access(0600, 0, 0)), "");
}

TEST(FileMode, AFileThatOthersCanWriteIsAnErrorForWhatRunsTemplates) {
  const std::string expected = "x: others can write the file (mode 0664), and so choose what is run: chmod go-w it\n";
  FileAccess access = Access(0664, 0, 1000);
  EXPECT_EQ(Remarks(access), absl::StrCat("error ", expected));
  access.runs_templates = false;
  EXPECT_EQ(Remarks(access), absl::StrCat("warning ", expected));
  EXPECT_NE(Remarks(Access(0646, 0, 1000)), "");
}

TEST(FileMode, AFileOfAnotherAccountIsAnError) {
  EXPECT_EQ(Remarks(Access(0644, 1001, 1000)),
            "error x: the file belongs to another account (uid 1001), which could choose what is run: give it to root, "
            "or to the account "
            "that runs "
            "sshsync\n");
  EXPECT_NE(Remarks(Access(0644, 1001, 0)), "");
}

TEST(FileMode, APasswordThatOthersCanReadIsAWarning) {
  FileAccess access = Access(0644, 0, 0);
  access.has_password = true;
  EXPECT_EQ(
      Remarks(access),
      "warning x: others can read the file (mode 0644), and it has a password: chmod go-r it, or remove `password`\n");
  access.mode = 0600;
  EXPECT_EQ(Remarks(access), "");
}

}  // namespace
}  // namespace sshsync
