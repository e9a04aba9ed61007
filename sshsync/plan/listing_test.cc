#include "sshsync/plan/listing.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Listing, PathsBelowTheRepositoryAreTakenSortedAndRelative) {
  const Listing listing = ParseListing("/srv/app/b\n/srv/app/a b/c\n./d\n/data/real/e", {"/srv/app", "/data/real"});
  EXPECT_THAT(listing.paths, ElementsAre("a b/c", "b", "d", "e"));
  EXPECT_THAT(listing.refused, IsEmpty());
}

TEST(Listing, HostilePathsAreRefusedByName) {
  const std::string hostile =
      "/srv/app/../evil\n/etc/passwd\na/../../evil\n\n.\n..\n/srv/app/d/\n/srv/appx/f\n/srv/app/a//b\n/srv/app/good\n";
  const Listing listing = ParseListing(hostile, {"/srv/app"});
  EXPECT_THAT(listing.paths, ElementsAre("good"));
  EXPECT_EQ(listing.refused.size(), 9u);
}

TEST(Listing, APathListedTwiceIsTakenOnceAndNamed) {
  const Listing listing = ParseListing("a\n/srv/app/a\n", {"/srv/app"});
  EXPECT_THAT(listing.paths, ElementsAre("a"));
  ASSERT_EQ(listing.refused.size(), 1u);
  EXPECT_EQ(listing.refused[0].reason, "listed twice");
}

TEST(Listing, OurOwnFolderIsDropped) {
  const Listing listing =
      ParseListing("/srv/app/.sshsync/in/x\n/srv/app/sub/.sshsync/y\n/srv/app/.sshsync2\n", {"/srv/app"});
  EXPECT_THAT(listing.paths, ElementsAre(".sshsync2"));
  EXPECT_THAT(listing.refused, IsEmpty());
}

TEST(Listing, NothingPrintedIsNothingListed) {
  EXPECT_THAT(ParseListing("", {"/srv/app"}).paths, IsEmpty());
  EXPECT_THAT(ParseListing("", {"/srv/app"}).refused, IsEmpty());
}

}  // namespace
}  // namespace sshsync
