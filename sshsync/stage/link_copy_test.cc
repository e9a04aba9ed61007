#include "sshsync/stage/link_copy.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(LinkCopy, OnlyRelativeLinksThatStayInsideAreCopied) {
  struct Row {
    const char *path, *target;
    bool inside;
  };
  const Row rows[] = {
      {"l", "a", true},   {"l", "sub/a", true},      {"sub/l", "../a", true},     {"sub/l", "./b", true},
      {"l", "..", false}, {"l", "../a", false},      {"sub/l", "../../a", false}, {"l", "/etc/passwd", false},
      {"l", "", false},   {"l", "a/../../b", false}, {"a/b/l", "../../c", true},  {"l", "a/..", true},
  };
  for (const Row& row : rows)
    EXPECT_EQ(StaysInside(row.path, row.target), row.inside) << row.path << " -> " << row.target;
}

TEST(LinkCopy, TargetsAreReadByPosition) {
  const std::string record = "lrwxrwxrwx 1 0 0 1 Jan  1 00:00";
  const std::vector<std::string> paths = {"a", "gone", "b c", "d"};
  const LinkTargets targets =
      ParseLinkTargets(record + " .//./a -> x\n" + record + " .//./b c -> y z\n" + record + " .//./d -> ../e\n", paths);
  EXPECT_EQ(targets, (LinkTargets{{"a", "x"}, {"b c", "y z"}, {"d", "../e"}}));
}

TEST(LinkCopy, ATargetWithANewlineIsLeftOut) {
  const std::string record = "lrwxrwxrwx 1 0 0 1 Jan  1 00:00";
  const LinkTargets targets =
      ParseLinkTargets(record + " .//./a -> x\ny\n" + record + " .//./b -> z\n", std::vector<std::string>{"a", "b"});
  EXPECT_EQ(targets, (LinkTargets{{"b", "z"}}));
}

}  // namespace
}  // namespace sshsync
