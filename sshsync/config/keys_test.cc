#include "sshsync/config/keys.h"

#include <set>
#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Keys, EveryKeyIsDocumentedAndUnique) {
  std::set<std::pair<KeyScope, std::string>> names;
  for (const KeyInfo& key : AllKeys()) {
    EXPECT_TRUE(names.emplace(key.scope, key.name).second) << key.name;
    EXPECT_FALSE(key.form.empty()) << key.name;
    EXPECT_FALSE(key.default_text.empty()) << key.name;
    ASSERT_FALSE(key.documentation.empty()) << key.name;
    EXPECT_EQ(key.documentation.back(), '.') << key.name;
  }
}

TEST(Keys, AreFoundInTheirScopeOnly) {
  EXPECT_NE(FindKey("host", KeyScope::kRepository), nullptr);
  EXPECT_EQ(FindKey("host", KeyScope::kTool), nullptr);
  EXPECT_NE(FindKey("jobs", KeyScope::kTool), nullptr);
  EXPECT_EQ(FindKey("HOST", KeyScope::kRepository), nullptr);
  EXPECT_EQ(FindKey("action.rename", KeyScope::kRepository)->name, "action.NAME");
}

TEST(Keys, TemplatesAreThoseWhoseFormSaysSo) {
  for (const KeyInfo& key : AllKeys()) EXPECT_EQ(IsTemplateKey(key.name), key.form == "TEMPLATE") << key.name;
}

}  // namespace
}  // namespace sshsync
