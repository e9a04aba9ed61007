#include "sshsync/config/node_range.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

std::string Expanded(absl::string_view name) {
  const auto nodes = ExpandNodes(name);
  if (!nodes.ok()) return std::string(nodes.status().message());
  std::string text;
  for (const NodeName& node : *nodes) absl::StrAppend(&text, text.empty() ? "" : " ", node.name, "/", node.node);
  return text;
}

TEST(NodeRange, CountsWithTheWidthOfALeadingZero) {
  EXPECT_EQ(Expanded("app[08-10]"), "app08/08 app09/09 app10/10");
  EXPECT_EQ(Expanded("app[8-10]"), "app8/8 app9/9 app10/10");
  EXPECT_EQ(Expanded("a[0-1]z"), "a0z/0 a1z/1");
  EXPECT_EQ(Expanded("[3-3]"), "3/3");
}

TEST(NodeRange, ANameWithoutBracketsIsOneName) { EXPECT_EQ(Expanded("app"), "app/"); }

TEST(NodeRange, OtherBracketsAreRefused) {
  for (const absl::string_view name : {"a[", "a]", "a[]", "a[1]", "a[1-]", "a[-1]", "a[1-2", "a]1-2[", "a[1-2]b[1-2]",
                                       "a[[1-2]]", "a[x-y]", "a[1-2-3]"}) {
    EXPECT_EQ(Expanded(name), "has brackets without a range: write it as in `node[01-20]`") << name;
  }
  EXPECT_EQ(Expanded("a[2-1]"), "counts down: write the smaller number first");
  EXPECT_EQ(Expanded("a[1-999999999]"), "is more than 10000 names: write a shorter range");
}

}  // namespace
}  // namespace sshsync
