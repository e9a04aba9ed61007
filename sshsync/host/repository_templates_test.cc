#include "sshsync/host/repository_templates.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Repository Child() {
  Repository child;
  child.name = "child";
  child.parent = "parent";
  child.endpoint.host = "10.0.0.2";
  child.endpoint.user = "john";
  child.password = "child's secret";
  child.path = "/child";
  child.bwlimit = "64K";
  return child;
}

Repository Parent() {
  Repository parent;
  parent.name = "parent";
  parent.endpoint.host = "10.0.0.1";
  parent.endpoint.user = "owner";
  parent.endpoint.port = 2222;
  parent.password = "parent's secret";
  return parent;
}

// The synccmd `echo ${NAME}` bound: its script, or the error.
absl::StatusOr<BoundCommand> Sync(Repository child, const Repository* parent, absl::string_view synccmd) {
  child.templates["synccmd"] = std::string(synccmd);
  auto templates = RepositoryTemplates::Make(child, parent, "run-1", absl::UnixEpoch());
  if (!templates.ok()) return templates.status();
  return templates->Sync("/parent/real", "/child/.sshsync/in/x", "sub/a b");
}

TEST(RepositoryTemplates, KnowEveryVariable) {
  const Repository parent = Parent();
  struct Row {
    const char* name;
    const char* value;
  };
  const Row rows[] = {
      {"REPOPATH", "'/child/.sshsync/in/x'"},
      {"LOCALDIR", "'/child/.sshsync/in/x'"},
      {"FILE", "'sub/a b'"},
      {"FILEPATH", "'/child/.sshsync/in/x/sub/a b'"},
      {"REMOTEDIR", "'/parent/real'"},
      {"REMOTEHOST", "'10.0.0.1'"},
      {"REMOTEUSER", "'owner'"},
      {"REMOTEPORT", "'2222'"},
      {"LOCALHOST", "'10.0.0.2'"},
      {"LOCALUSER", "'john'"},
      {"REPO", "'child'"},
      {"PARENT", "'parent'"},
      {"RUN", "'run-1'"},
      {"BWLIMIT", "'524'"},
      {"REMOTEPASSWORD", "'parent'\\''s secret'"},
      {"LOCALPASSWORD", "'child'\\''s secret'"},
  };
  for (const Row& row : rows) {
    const auto bound = Sync(Child(), &parent, absl::StrCat("echo ${", row.name, "}"));
    ASSERT_TRUE(bound.ok()) << bound.status();
    EXPECT_THAT(std::string(bound->script()), HasSubstr(absl::StrCat(row.name, "=", row.value, "\n"))) << row.name;
  }
}

TEST(RepositoryTemplates, GiveTheParentAsItsPeersReachIt) {
  Repository parent = Parent();
  parent.peerhost = "192.168.1.1";
  parent.peeruser = "peer";
  parent.peerport = 23;
  const auto bound = Sync(Child(), &parent, "echo ${REMOTEUSER} ${REMOTEHOST} ${REMOTEPORT}");
  ASSERT_TRUE(bound.ok());
  for (const char* value : {"'peer'", "'192.168.1.1'", "'23'"})
    EXPECT_THAT(std::string(bound->script()), HasSubstr(value));
  parent.peerport = parent.endpoint.port = 0;
  EXPECT_THAT(std::string(Sync(Child(), &parent, "echo ${REMOTEPORT}")->script()), HasSubstr("'22'"));
}

TEST(RepositoryTemplates, SayWhichValueIsMissing) {
  Repository parent = Parent();
  parent.endpoint.user.clear();
  const absl::Status status = Sync(Child(), &parent, "scp ${REMOTEUSER}@h:x .").status();
  EXPECT_EQ(FailureOf(status), Failure::kConfig);
  for (const char* word : {"synccmd", "child", "${REMOTEUSER}", "[parent]"})
    EXPECT_THAT(std::string(status.message()), HasSubstr(word));
  EXPECT_EQ(FailureOf(Sync(Child(), nullptr, "echo ${REMOTEHOST}").status()), Failure::kConfig);
}

TEST(RepositoryTemplates, ConcealPasswordsWhereACommandIsShown) {
  const Repository parent = Parent();
  const auto bound = Sync(Child(), &parent, "tool ${REMOTEPASSWORD} ${LOCALPASSWORD} ${FILE}");
  ASSERT_TRUE(bound.ok());
  EXPECT_THAT(std::string(bound->script()), HasSubstr("secret"));
  EXPECT_THAT(std::string(bound->display()), Not(HasSubstr("secret")));
  EXPECT_THAT(std::string(bound->display()), HasSubstr("sub/a b"));
}

TEST(RepositoryTemplates, RefuseWhatCannotBeParsedNamingRepositoryAndKey) {
  Repository child = Child();
  child.templates["digestcmd"] = "awk '{print ${FILEPATH}}'";
  const absl::Status status = RepositoryTemplates::Make(child, nullptr, "run", absl::UnixEpoch()).status();
  EXPECT_EQ(FailureOf(status), Failure::kConfig);
  EXPECT_THAT(std::string(status.message()), HasSubstr("digestcmd of repository \"child\""));
}

TEST(RepositoryTemplates, RefuseNamesThatAnotherProgramWouldRead) {
  const Repository parent = Parent();
  EXPECT_EQ(FailureOf(Sync(Child(), &parent, "scp ${REMOTEHOST}:${REMOTEDIR}/${FILE} x").status()),
            Failure::kUnsafeName);
  Repository any = Child();
  any.any_names = true;
  EXPECT_TRUE(Sync(any, &parent, "scp ${REMOTEHOST}:${REMOTEDIR}/${FILE} x").ok());
}

TEST(RepositoryTemplates, HaveOnlyWhatTheSectionGives) {
  const auto templates = RepositoryTemplates::Make(Child(), nullptr, "run", absl::UnixEpoch());
  ASSERT_TRUE(templates.ok());
  EXPECT_FALSE(templates->has("listcmd"));
  EXPECT_EQ(FailureOf(templates->List("/child").status()), Failure::kConfig);
  EXPECT_EQ(templates->digest_text(), "");
}

}  // namespace
}  // namespace sshsync
