#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/sync.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// m -> p, published together; p has old files, a link where the parent has a file, and lacks a folder.
class Together : public ::testing::Test {
 protected:
  Together() {
    local_["p"].publish = PublishMode::kTogether;
    local_["p"].retries = 0;
    Fill();
  }
  void Fill() {
    local_.Shell(R"(rm -rf m p; mkdir m p m/sub m/new m/new/er p/sub p/empty
for f in a b sub/c new/d new/er/e link; do echo "new $f" >m/$f; done
for f in a sub/c; do echo "old $f" >p/$f; done
ln -s sub p/link; echo own >p/extra)");
  }
  // What a reader sees: every path with its content or target.
  std::string Seen(absl::string_view repository) {
    return local_.Shell(absl::StrCat("cd ", repository,
                                     R"( && find . -name .sshsync -prune -o -print | LC_ALL=C sort | while read -r f; do
  if [ -h "$f" ]; then echo "$f -> `readlink $f`"; elif [ -d "$f" ]; then echo "$f/"
  else echo "$f `cat $f`"; fi; done)"));
  }
  // Tools of p's host that end everything there, as a power cut would, at the call number `at` that comes after the
  // folder `undo`; 0: never.
  void DieAt(int at) {
    local_.Shell(absl::StrCat("rm -rf tools; mkdir tools; echo ", at, R"( >tools/at
for t in mv ln cp mkdir rm cat stat touch chmod sync rmdir df; do
  cat >tools/$t <<END
#!/bin/sh
PATH=$PATH; D=$PWD
case "\$0 \$*" in *undo*) ;; *) [ -d \$D/p/.sshsync/undo ] || exec $t "\$@";; esac
case "\$0 \$*" in */mv*refuse*) exit 1;; esac
echo \$0 \$* >>\$D/tools/calls
[ \`wc -l <\$D/tools/calls\` != \`cat \$D/tools/at\` ] || kill -KILL 0
exec $t "\$@"
END
  chmod 755 tools/$t
done)"));
    local_["p"].endpoint.shell = absl::StrCat("env PATH=", local_.Path("tools"), ":/usr/bin:/bin sh");
  }
  void LiveOn() { local_["p"].endpoint.shell = "sh"; }

  LocalCascade local_;
};

TEST_F(Together, PublishesAllFilesAtTheEndAndLeavesNothingBehind) {
  const Report report = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(Seen("p"),
            "./\n./a new a\n./b new b\n./empty/\n./extra own\n./link new link\n./new/\n./new/d new "
            "new/d\n./new/er/\n./new/er/e new new/er/e\n./sub/\n./sub/c new sub/c\n");
  EXPECT_EQ(Of(report, "p").copied + Of(report, "p").replaced, 6);
  EXPECT_EQ(local_.Read("n/new/d"), "new new/d\n");
  EXPECT_FALSE(local_.Exists("p/.sshsync/undo"));
  EXPECT_FALSE(local_.Exists("p/.sshsync/in"));
  EXPECT_EQ(local_.Sync({{"p"}, {"n"}}).exit_code(), 0);
}

TEST_F(Together, PublishesNothingWhereOneFileDoesNotArrive) {
  local_["p"].templates["synccmd"] = "[ ${FILE} != b ] && cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}";
  local_["p"].del = true;
  local_["p"].max_delete = {.value = 100, .percent = true};
  const std::string before = Seen("p");
  const Report report = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(Seen("p"), before) << "no file, no folder, no deletion";
  EXPECT_THAT(Failures(Of(report, "p")), UnorderedElementsAre("a: waiting", "b: command_failed", "link: waiting",
                                                              "new/d: waiting", "new/er/e: waiting", "sub/c: waiting"));
  EXPECT_THAT(FileOf(Of(report, "p"), "a")->message, HasSubstr("held back"));
  EXPECT_EQ(Of(report, "n").failed, 6) << "they wait for their parent";
  EXPECT_THAT(local_.Messages(LogLevel::kWarning), Contains(HasSubstr("nothing is deleted")));
  local_["p"].templates["synccmd"] = "cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}";
  EXPECT_EQ(local_.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_EQ(local_.Files("p"), local_.Files("m"));
  EXPECT_FALSE(local_.Exists("p/.sshsync/in"));
}

TEST_F(Together, PublishesNothingWhereAFolderStandsInTheWayOfOneFile) {
  local_.Write("p/b/inside", "mine");
  const std::string before = Seen("p");
  const Report report = local_.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(Seen("p"), before);
  EXPECT_THAT(Failures(Of(report, "p")), Contains("b: obstructed"));
  EXPECT_FALSE(local_.Exists("p/.sshsync/undo"));
}

TEST_F(Together, WaitsForAllOfItsParent) {
  local_["n"].publish = PublishMode::kTogether;
  local_["p"].publish = PublishMode::kFile;
  local_["p"].templates["synccmd"] = "[ ${FILE} != b ] && cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}";
  const Report report = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(local_.Files("n"), IsEmpty());
  EXPECT_EQ(Of(report, "n").outcome, Outcome::kWaiting);
}

TEST_F(Together, TakesEverythingBackWhereOneFileCannotBeRenamed) {
  const std::string before = Seen("p");
  local_.Write("m/refuse", "new");
  DieAt(0);
  const Report report = local_.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(Seen("p"), before);
  EXPECT_THAT(Failures(Of(report, "p")), Contains("refuse: permission")) << FileOf(Of(report, "p"), "a")->message;
  EXPECT_THAT(Failures(Of(report, "p")), Contains("a: waiting")) << FileOf(Of(report, "p"), "a")->message;
  EXPECT_FALSE(local_.Exists("p/.sshsync/undo"));
  LiveOn();
  EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 0);
}

TEST_F(Together, KeepsInTheTrashWhatItReplaces) {
  local_["p"].trash = true;
  const Report report = local_.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local_.Read(absl::StrCat("p/.sshsync/trash/", report.run, "/sub/c")), "old sub/c\n");
}

TEST_F(Together, IsAllOrNothingAfterAPowerCutAtAnyPoint) {
  const std::string old_state = Seen("p");
  std::set<std::string> outcomes;
  int at = 1, cut = 0;
  for (bool died = true; died; ++at) {
    ASSERT_LT(at, 200);
    const bool damaged = at % 2 == 0;
    Fill();
    local_.Shell("rm -rf state");
    DieAt(at);
    const size_t first = local_.events().size();
    const Report report = local_.Sync({{"p"}});
    died = report.exit_code() != 0 || local_.Exists("p/.sshsync/undo");
    if (!died) break;
    ++cut;
    // Every path is old or new, at any moment.
    for (const auto& [path, content] : local_.Files("p")) {
      EXPECT_TRUE(content == absl::StrCat("new ", path, "\n") || content == absl::StrCat("old ", path, "\n") ||
                  path == "extra")
          << at << ": " << path;
    }
    if (damaged)
      local_.Shell(
          "find p/.sshsync/in -type f | while read -r f; do printf X | dd of=$f conv=notrunc 2>/dev/null; done");
    LiveOn();
    // A run that comes no further than to mend the child.
    const std::string path = local_["m"].path;
    local_["m"].path = local_.Path("nowhere");
    EXPECT_NE(local_.Sync({{"p"}}).exit_code(), 0);
    local_["m"].path = path;
    const std::string seen = Seen("p");
    const bool all_new = absl::StrContains(seen, "./a new") && absl::StrContains(seen, "./b new") &&
                         absl::StrContains(seen, "./sub/c new") && absl::StrContains(seen, "./new/er/e new") &&
                         absl::StrContains(seen, "./link new") && absl::StrContains(seen, "./new/d new");
    EXPECT_TRUE(all_new || seen == old_state) << "cut at call " << at << (damaged ? ", damaged" : "") << ": "
                                              << local_.Shell("tail -n 1 tools/calls") << seen;
    EXPECT_FALSE(local_.Exists("p/.sshsync/undo")) << at;
    for (size_t i = first; i < local_.events().size(); ++i) {
      for (const char* word : {"the rest was published", "was taken back"}) {
        if (absl::StrContains(local_.events()[i].message, word)) outcomes.insert(word);
      }
    }
    const Report last = local_.Sync({{"p"}});
    EXPECT_EQ(last.exit_code(), 0) << at;
    EXPECT_EQ(local_.Read("p/new/er/e"), "new new/er/e\n");
    EXPECT_FALSE(local_.Exists("p/.sshsync/in")) << at;
  }
  EXPECT_GT(cut, 15);
  EXPECT_THAT(outcomes, UnorderedElementsAre("the rest was published", "was taken back"));
}

}  // namespace
}  // namespace sshsync
