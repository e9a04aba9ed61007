#include "sshsync/host/host_tools.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/config/keys.h"

namespace sshsync {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

HostTools Of(absl::string_view preset, std::map<std::string, std::string> templates = {}) {
  Repository repository;
  repository.name = "node";
  repository.preset = std::string(preset);
  repository.templates = std::move(templates);
  auto tools = HostTools::Make(repository);
  EXPECT_TRUE(tools.ok()) << tools.status();
  return tools.ok() ? *std::move(tools) : HostTools();
}

TEST(HostToolsTest, APresetThatIsNamedIsTakenAsItIs) {
  const HostTools tools = Of("gnu");
  EXPECT_THAT(std::string(tools.text("settime")), HasSubstr("touch -c -d \"@$MTIME\""));
  EXPECT_EQ(tools.origin("settime"), "gnu");
  EXPECT_FALSE(tools.open("settime"));
  EXPECT_TRUE(tools.can("clone"));
  EXPECT_FALSE(Of("busybox").can("clone"));
}

TEST(HostToolsTest, WithoutKnowledgeOfTheHostItIsPlainPosix) {
  HostTools tools = Of("auto");
  EXPECT_EQ(tools.origin("write"), "posix");
  EXPECT_TRUE(tools.open("write"));
  tools.Choose("write", Presets::Shipped().Find("gnu"));
  EXPECT_EQ(tools.origin("write"), "gnu");
  EXPECT_FALSE(tools.open("write"));
}

TEST(HostToolsTest, AnOperatorsActionGoesInFrontOfAllOthers) {
  for (const absl::string_view preset : {"gnu", "auto"}) {
    const HostTools tools = Of(preset, {{"flush", "true ${STAGED}"}, {"listcmd", "x"}});
    EXPECT_EQ(tools.text("flush"), "true \"${STAGED}\"");
    EXPECT_EQ(tools.origin("flush"), "action");
    EXPECT_FALSE(tools.open("flush"));
  }
}

TEST(HostToolsTest, EveryTextOfAPresetCanBeCopiedIntoASection) {
  for (const absl::string_view name :
       {"gnu", "busybox", "toybox", "bsd", "macos", "solaris", "aix", "perl", "posix", "python"}) {
    const Preset& preset = *Presets::Shipped().Find(name);
    for (const absl::string_view action : PresetActions()) {
      if (preset.text(action).empty()) continue;
      const HostTools copied = Of("auto", {{std::string(action), std::string(preset.text(action))}});
      EXPECT_EQ(copied.text(action), preset.text(action)) << name << " " << action;
      if (action != "digests" && action != "pack") continue;
      HostTools taken;
      taken.Choose(action, &preset);
      for (const std::string& odd : {std::string("./a\nb"), std::string("./a\001b"), std::string("./plain")}) {
        EXPECT_EQ(copied.TakesName(action, odd), taken.TakesName(action, odd)) << name << " " << action;
      }
      EXPECT_EQ(copied.OnNames(action, {"./plain"}), taken.OnNames(action, {"./plain"})) << name << " " << action;
    }
  }
}

TEST(HostToolsTest, AnActionThatCannotBeReadNamesItsRepository) {
  Repository repository;
  repository.name = "node";
  repository.templates["flush"] = "sync '";
  const auto tools = HostTools::Make(repository);
  EXPECT_EQ(FailureOf(tools.status()), Failure::kConfig);
  EXPECT_THAT(std::string(tools.status().message()), HasSubstr("action.flush of repository \"node\""));
}

TEST(HostToolsTest, AToolIsPastedAsText) {
  EXPECT_EQ(HostTools().Digests("sha1sum"), "sha1sum \"$@\"");
  EXPECT_THAT(HostTools().Chunks("sha1", "sha1sum"), HasSubstr("| sha1sum ||"));
  EXPECT_EQ(HostTools().Chunks("sha1", ""), "");
  EXPECT_THAT(Of("perl").Chunks("sha1", ""), AllOf(HasSubstr("\"$NCHUNK\" sha1"), Not(HasSubstr("{ALGORITHM}"))));
}

TEST(HostToolsTest, DigestToolsAreThoseOfThePresetOrOfAll) {
  EXPECT_THAT(Of("gnu").DigestTools("sha256"), ElementsAre("openssl dgst -sha256 -r", "sha256sum"));
  EXPECT_THAT(Of("solaris").DigestTools("sha1"), Contains("digest -a sha1"));
  EXPECT_THAT(Of("auto").DigestTools("sha1"),
              AllOf(Contains("sha1sum"), Contains("digest -a sha1"), Contains(HasSubstr("perl"))));
  EXPECT_THAT(Of("auto").DigestTools("crc99"), ElementsAre());
}

TEST(HostToolsTest, NamesGoAsAListOrAsOperands) {
  const std::vector<std::string> names = {"./a b", "./it's"};
  EXPECT_EQ(HostTools::TextOnNames("T", names), "{ T\n} <<'_SS_NAMES'\n./a b\n./it's\n_SS_NAMES\n");
  EXPECT_EQ(HostTools::TextOnNames("T \"$@\"", names), "set -- './a b' './it'\\''s'\nT \"$@\"\n");
  EXPECT_EQ(HostTools::TextOnNames("T", {"./a\nb"}), "{ T\n} <<'_SS_NAMES'\n./a\001b\n_SS_NAMES\n");
}

TEST(HostToolsTest, KnowsWhichNamesNoListHolds) {
  EXPECT_TRUE(Of("gnu").TakesName("digests", "./a\nb"));
  EXPECT_FALSE(Of("gnu").TakesName("digests", "./a\001b"));
  EXPECT_FALSE(Of("toybox").TakesName("pack", "./a\nb"));
  EXPECT_TRUE(HostTools().TakesName("pack", "./a\nb\001"));
}

TEST(HostToolsTest, AnArchiveHoldsLongNamesWhereBothEndsDoThemOrPosixCutsThem) {
  const std::string fits(97, 'x'), deep = std::string(90, 'd') + "/" + fits, name(101, 'x');
  for (const auto& [packer, unpacker, most] : {std::tuple{"gnu", "gnu", 3},
                                               {"gnu", "posix", 2},
                                               {"bsd", "aix", 2},
                                               {"busybox", "posix", 1},
                                               {"posix", "gnu", 2},
                                               {"posix", "posix", 2},
                                               {"busybox", "toybox", 3},
                                               {"bsd", "macos", 3}}) {
    const std::string names[] = {fits, deep, name};
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(ArchiveHolds(names[i], Of(packer), Of(unpacker)), i < most)
          << packer << " to " << unpacker << ", " << i;
  }
  EXPECT_FALSE(ArchiveHolds("a\001b", Of("gnu"), Of("gnu"))) << "no list holds it";
  EXPECT_FALSE(ArchiveHolds(name, Of("gnu", {{"pack", "tar -cf - \"$@\""}}), Of("gnu")))
      << "nobody knows what the operator's does";
  EXPECT_FALSE(ArchiveHolds(name, Of("auto"), Of("auto"))) << "nothing was tried yet";
}

TEST(HostToolsTest, ACallTakesSoManyNames) {
  const std::vector<std::string> names(3000, "./" + std::string(98, 'n'));
  EXPECT_EQ(Of("gnu").NamesPerCall("pack", names), 3000u);
  EXPECT_EQ(HostTools().NamesPerCall("pack", names), 20'000u / 116);
  EXPECT_EQ(HostTools().NamesPerCall("pack", {std::string(30'000, 'n')}), 1u);
}

TEST(HostToolsTest, TimesComeInEverySpelling) {
  EXPECT_EQ(
      TimeVariables(1'700'000'000'250'000'000),
      "MTIME=1700000000.250000000 MTIME_S=1700000000 MTIME_ISO=2023-11-14T22:13:20.250000000Z MTIME_T=202311142213.20");
  EXPECT_EQ(TimeVariables(-500'000'000),
            "MTIME=-1.500000000 MTIME_S=-1 MTIME_ISO=1969-12-31T23:59:59.500000000Z MTIME_T=196912312359.59");
}

TEST(HostToolsTest, TheSurveysToolsAreAskedForFirst) {
  EXPECT_EQ(GroupOf("list"), ToolGroup::kSurvey);
  EXPECT_EQ(GroupOf("chunks"), ToolGroup::kTransfer);
}

TEST(HostTools, AdoptsWhatWasSettledAndKeepsWhatItHasSettledItself) {
  Repository repository;
  repository.preset = "auto";
  HostTools tools = *HostTools::Make(repository), other = tools;
  tools.Choose("write", Presets::Shipped().Find("gnu"));
  other.Choose("write", Presets::Shipped().Find("posix"));
  other.Choose("read", Presets::Shipped().Find("gnu"));
  tools.Adopt(other);
  EXPECT_EQ(tools.origin("write"), "gnu");
  EXPECT_EQ(tools.origin("read"), "gnu");
  EXPECT_FALSE(tools.open("read"));
  EXPECT_TRUE(tools.open("copy"));
}

}  // namespace
}  // namespace sshsync
