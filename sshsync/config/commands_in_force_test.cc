#include "sshsync/config/commands_in_force.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Repository Child() {
  Repository repository{.name = "appnode1", .parent = "repoproxy"};
  repository.preset = "gnu";
  return repository;
}

const CommandInForce* Find(const std::vector<CommandInForce>& commands, const std::string& key) {
  for (const CommandInForce& one : commands) {
    if (one.key == key) return &one;
  }
  return nullptr;
}

TEST(CommandsInForce, WhatTheOperatorWroteIsShownAsTheShellGetsIt) {
  Repository child = Child();
  child.templates["listcmd"] = "find ${REPOPATH} -type f";
  const auto commands = TemplatesInForce(child);
  const CommandInForce* const list = Find(commands, "listcmd");
  ASSERT_NE(list, nullptr);
  EXPECT_TRUE(list->of_section);
  EXPECT_FALSE(list->refused);
  EXPECT_EQ(list->given, "find ${REPOPATH} -type f");
  EXPECT_EQ(list->text, "find \"${REPOPATH}\" -type f");
  EXPECT_THAT(list->presets, IsEmpty());
}

TEST(CommandsInForce, ATemplateThatNoRunTakesIsShownWithItsRemarks) {
  Repository child = Child();
  child.templates["digestcmd"] = "sha1sum '${FILEPATH}*'";
  const auto commands = TemplatesInForce(child);
  const CommandInForce* const digest = Find(commands, "digestcmd");
  ASSERT_NE(digest, nullptr);
  EXPECT_TRUE(digest->refused);
  EXPECT_EQ(digest->text, digest->given);
  ASSERT_FALSE(digest->remarks.empty());
  EXPECT_EQ(digest->remarks[0].kind, TemplateDiagnostic::Kind::kQuoting);
}

TEST(CommandsInForce, WhatIsNotGivenComesFromThePresetAndNobodySynchronizesARoot) {
  const auto of_child = TemplatesInForce(Child());
  ASSERT_NE(Find(of_child, "listcmd"), nullptr);
  EXPECT_THAT(Find(of_child, "listcmd")->presets, ElementsAre("gnu"));
  EXPECT_EQ(Find(of_child, "listcmd")->text, "");
  ASSERT_NE(Find(of_child, "synccmd"), nullptr);
  EXPECT_THAT(Find(of_child, "synccmd")->presets, IsEmpty());
  Repository root = Child();
  root.parent.clear();
  EXPECT_EQ(Find(TemplatesInForce(root), "synccmd"), nullptr);
}

TEST(CommandsInForce, AnActionOfTheSectionTakesThePlaceOfThePresets) {
  Repository child = Child();
  child.templates["read"] = "cat ${FILEPATH}";
  EXPECT_EQ(Find(ActionsInForce(child), "action.read"), nullptr);
  const auto given = TemplatesInForce(child);
  ASSERT_NE(Find(given, "action.read"), nullptr);
  EXPECT_EQ(Find(given, "action.read")->text, "cat \"${FILEPATH}\"");
}

TEST(CommandsInForce, AutoNamesThePresetsThatAreTriedInTheirOrder) {
  Repository child = Child();
  EXPECT_THAT(Find(ActionsInForce(child), "action.rename")->presets, ElementsAre("gnu"));
  child.preset = "auto";
  const auto actions = ActionsInForce(child);
  ASSERT_NE(Find(actions, "action.rename"), nullptr);
  EXPECT_EQ(Find(actions, "action.rename")->presets.front(), "gnu");
  EXPECT_EQ(Find(actions, "action.rename")->presets.back(), "posix");
  EXPECT_FALSE(Find(actions, "action.rename")->text.empty());
}

}  // namespace
}  // namespace sshsync
