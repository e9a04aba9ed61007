#include "sshsync/plan/digest_result.h"

#include <string>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

const std::string kHex(40, 'a');

struct Row {
  std::string output;
  int status;
  std::string expected;  // the digest, "missing", or the failure's name
};

std::string Answer(const Row& row, absl::string_view path = "/srv/a b") {
  const auto answer = ParseDigestResult(row.output, row.status, path);
  if (!answer.ok()) return std::string(InfoOf(FailureOf(answer.status())).name);
  return answer->missing ? "missing" : answer->digest.text();
}

TEST(DigestResult, IsTheLastLineWithoutItsTrimmings) {
  const Row rows[] = {
      {kHex + "\n", 0, kHex},
      {kHex, 0, kHex},
      {"noise\n  " + kHex + " \r\n", 0, kHex},
      {std::string(40, 'A') + "\n", 0, kHex},
      {kHex + "  /srv/a b\n", 0, kHex},
      {kHex + " *a b\n", 0, kHex},
      {kHex + "  -\n", 0, kHex},  // sha1sum <FILE
      {"\\" + kHex + "  /srv/a b\n", 0, kHex},
      {"1219131554 3 /srv/a b\n", 0, "1219131554 3"},
      {"NONE\n", 0, "missing"},
      {"'NONE'\n", 0, "missing"},
  };
  for (const Row& row : rows) EXPECT_EQ(Answer(row), row.expected) << row.output;
}

TEST(DigestResult, AnythingElseFails) {
  const Row rows[] = {
      {"", 0, "bad_digest"},
      {"\n\n", 0, "bad_digest"},
      {std::string(39, 'a') + "\n", 0, "bad_digest"},
      {std::string(41, 'a') + "\n", 0, "bad_digest"},
      {"0x" + kHex + "\n", 0, "bad_digest"},
      {kHex + "  /srv/other\n", 0, "bad_digest"},
      {kHex + "\nwarning: disk is hot\n", 0, "bad_digest"},
      {kHex + "\n", 1, "command_failed"},
      {"", 127, "command_not_found"},
  };
  for (const Row& row : rows) EXPECT_EQ(Answer(row), row.expected) << row.output;
}

TEST(DigestResult, NamesWithNewlinesAreRecognisedRawAndEscaped) {
  EXPECT_EQ(Answer({kHex + "  /srv/a\\nb\n", 0, ""}, "/srv/a\nb"), kHex);
  EXPECT_EQ(Answer({"\\" + kHex + "  /srv/a\\nb\n", 0, ""}, "/srv/a\nb"), kHex);
}

TEST(DigestResult, MessagesShowTheLineWithoutItsControlBytes) {
  const auto answer = ParseDigestResult("\x1b[31mred\n", 0, "/srv/a");
  EXPECT_EQ(std::string(answer.status().message()).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace sshsync
