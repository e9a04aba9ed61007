#include "sshsync/config/preset.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/config/keys.h"

namespace sshsync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> NamesOf(const std::vector<const Preset*>& presets) {
  std::vector<std::string> names;
  for (const Preset* preset : presets) names.push_back(preset->name);
  return names;
}

TEST(PresetTest, EveryPresetThatCanBeAskedForIsShipped) {
  for (const absl::string_view name : PresetNames()) {
    if (name == "auto") continue;
    ASSERT_NE(Presets::Shipped().Find(name), nullptr) << name;
  }
}

TEST(PresetTest, EveryPresetHasEveryActionButACheapCopy) {
  for (const absl::string_view name : PresetNames()) {
    if (name == "auto") continue;
    for (const absl::string_view action : PresetActions()) {
      EXPECT_TRUE(action == "clone" || !Presets::Shipped().Find(name)->text(action).empty()) << name << " " << action;
    }
  }
}

TEST(PresetTest, AutoKnowsWhereToTakeEveryActionFrom) {
  for (const absl::string_view action : PresetActions())
    EXPECT_FALSE(Presets::Shipped().Candidates(action).empty()) << action;
  EXPECT_FALSE(Presets::Shipped().Candidates("digest").empty());
}

TEST(PresetTest, WhatIsNotJudgedByTheControllerHasATest) {
  for (const absl::string_view action : PresetActions()) {
    const bool judged =
        action == "list" || action == "stat" || action == "digests" || action == "chunks" || action == "space";
    EXPECT_EQ(Presets::Shipped().test(action).empty(), judged) << action;
  }
}

TEST(PresetTest, ABaseFillsInWhatAPresetDoesNotSay) {
  const auto presets = Presets::Parse(
      {{"a.conf", "[a]\nread = ra\npack = pa\npack.bytes = 7\n"}, {"b.conf", "[b]\nbase = a\nread = rb\n"}});
  ASSERT_TRUE(presets.ok()) << presets.status();
  EXPECT_EQ(presets->Find("b")->text("read"), "rb");
  EXPECT_EQ(presets->Find("b")->text("pack"), "pa");
  EXPECT_EQ(presets->Find("b")->text("pack.bytes"), "7");
  EXPECT_EQ(presets->Find("b")->text("write"), "");
}

TEST(PresetTest, WhatIsSaidOfATextDoesNotStickToAnother) {
  const auto presets = Presets::Parse({{"a.conf", "[a]\npack = pa\npack.bytes = 7\ndigest.md5 = m\n"},
                                       {"b.conf", "[b]\nbase = a\npack = pb\ndigest.sha1 = s\n"}});
  ASSERT_TRUE(presets.ok()) << presets.status();
  EXPECT_EQ(presets->Find("b")->text("pack.bytes"), "");
  EXPECT_EQ(presets->Find("b")->text("digest.md5"), "m");
}

TEST(PresetTest, CandidatesComeInOrderAndSayEachThingOnce) {
  const auto presets = Presets::Parse({{"auto.conf", "[auto]\nread = c b a\nclone = b a\n"},
                                       {"a.conf", "[a]\nread = ra\nclone = ca\n"},
                                       {"b.conf", "[b]\nbase = a\nclone =\n"},
                                       {"c.conf", "[c]\nbase = a\nread = rc\n"}});
  ASSERT_TRUE(presets.ok()) << presets.status();
  EXPECT_THAT(NamesOf(presets->Candidates("read")), ElementsAre("c", "b"));
  EXPECT_THAT(NamesOf(presets->Candidates("clone")), ElementsAre("a"));
  EXPECT_THAT(NamesOf(presets->Candidates("write")), ElementsAre());
}

TEST(PresetTest, RefusesWhatItDoesNotKnow) {
  const auto message = [](absl::string_view text) {
    return std::string(Presets::Parse({{"x.conf", std::string(text)}}).status().message());
  };
  EXPECT_THAT(message("[a]\nreed = x\n"), HasSubstr("x.conf:2: no action is called reed"));
  EXPECT_THAT(message("[a]\nread.speed = x\n"), HasSubstr("no action is called read.speed"));
  EXPECT_THAT(message("[a]\nbase = b\n"), HasSubstr("preset a: its base b is none"));
  EXPECT_THAT(message("[auto]\nread = b\n"), HasSubstr("[auto] read: there is no preset b"));
  EXPECT_THAT(message("[auto]\nreed = b\n"), HasSubstr("no action is called reed"));
  EXPECT_THAT(message("[a\n"), HasSubstr("x.conf:1"));
}

TEST(PresetTest, BasesThatLeadInACircleAreRefused) {
  const auto presets = Presets::Parse({{"a.conf", "[a]\nbase = b\n"}, {"b.conf", "[b]\nbase = a\n"}});
  EXPECT_THAT(std::string(presets.status().message()), HasSubstr("leads back to it"));
}

}  // namespace
}  // namespace sshsync
