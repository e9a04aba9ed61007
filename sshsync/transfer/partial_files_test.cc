#include "sshsync/transfer/partial_files.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/testing/local_hop.h"

namespace sshsync {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class LeftoversTest : public ::testing::Test {
 protected:
  LeftoversTest() {
    hop_.dir.Write("m/a", "of a");
    hop_.dir.Write("m/new\nline", "of another");
    hop_.Survey();
  }
  // Puts a file where an attempt of an earlier run lies.
  std::string Leave(size_t index, absl::string_view attempt, absl::string_view path) {
    const std::string place = absl::StrCat(".sshsync/in/", hop_.states->at(index).wanted.digest.text().substr(0, 40),
                                           "-", attempt, "/", path);
    hop_.dir.Write(absl::StrCat("p/", place), "content");
    return absl::StrCat(hop_.child().facts().root, "/", place);
  }
  LocalHop hop_;
};

TEST_F(LeftoversTest, AreFoundByTheDigestThatIsWantedAndByTheirPath) {
  const std::string one = Leave(0, "0123abcd", hop_.states->at(0).wanted.path),
                    two = Leave(0, "9999", hop_.states->at(0).wanted.path);
  const std::string other = Leave(1, "0", hop_.states->at(1).wanted.path);
  Leave(1, "1", hop_.states->at(0).wanted.path);  // of that digest there is no such path
  hop_.dir.Write("p/.sshsync/in/no-attempt", "");
  hop_.dir.Write("p/.sshsync/in/nodash/a", "");
  ASSERT_TRUE(FindLeftovers(hop_.child(), *hop_.states).ok());
  EXPECT_THAT(hop_.states->at(0).partial_files, UnorderedElementsAre(one, two));
  EXPECT_THAT(hop_.states->at(1).partial_files, UnorderedElementsAre(other));
}

TEST_F(LeftoversTest, AreNoneWhereThereIsNoStage) {
  EXPECT_TRUE(FindLeftovers(hop_.child(), *hop_.states).ok());
  EXPECT_THAT(hop_.states->at(0).partial_files, IsEmpty());
}

TEST_F(LeftoversTest, AreNotLookedForWhereFilesAreWrittenInPlace) {
  Leave(0, "0", hop_.states->at(0).wanted.path);
  hop_.child_config.stage = "no";
  EXPECT_TRUE(FindLeftovers(hop_.child(), *hop_.states).ok());
  EXPECT_THAT(hop_.states->at(0).partial_files, IsEmpty());
}

}  // namespace
}  // namespace sshsync
