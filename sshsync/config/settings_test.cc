#include "sshsync/config/settings.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string FileText(absl::string_view name) {
  std::ifstream file(absl::StrCat("testdata/configs/", name), std::ios::binary);
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> Remarks(const LoadedConfiguration& loaded, Severity severity) {
  std::vector<std::string> remarks;
  for (const ConfigDiagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == severity) remarks.push_back(Render(diagnostic));
  }
  return remarks;
}

TEST(Settings, TheFileOfTheOriginalIsReadUnchanged) {
  const LoadedConfiguration loaded = ReadConfiguration("classic.conf", FileText("good/classic.conf"));
  EXPECT_THAT(Remarks(loaded, Severity::kError), IsEmpty());
  ASSERT_EQ(loaded.configuration.repositories.size(), 3u);
  const Repository& node = loaded.configuration.repositories[2];
  EXPECT_EQ(node.name, "appnode1");
  EXPECT_EQ(node.parent, "repoproxy");
  EXPECT_EQ(node.endpoint.user, "john");
  EXPECT_EQ(node.peeruser, "john");
  EXPECT_EQ(node.path, "/apprepo/latest");
  EXPECT_EQ(node.password, "******");
  EXPECT_EQ(node.line, 19);
  EXPECT_EQ(node.templates.at("digestcmd"),
            R"(if [ -f ${FILEPATH} ]; then digest -a sha1 ${FILEPATH}; else echo \'NONE\'; fi)");
}

TEST(Settings, TheSmallestFileLeavesTheRestToDefaults) {
  const LoadedConfiguration loaded = ReadConfiguration("minimal.conf", FileText("good/minimal.conf"));
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
  const Repository& proxy = *loaded.configuration.Find("repoproxy");
  EXPECT_EQ(proxy.endpoint.user, "deploy");
  EXPECT_EQ(proxy.endpoint.ssh, std::vector<std::string>{"ssh"});
  EXPECT_EQ(proxy.peerhost, "192.168.1.1");
  EXPECT_THAT(proxy.templates, IsEmpty());
  EXPECT_EQ(proxy.timeout, absl::Seconds(300));
}

TEST(Settings, OneSectionMakesManyNodes) {
  const LoadedConfiguration loaded = ReadConfiguration("fleet.conf", FileText("good/fleet.conf"));
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
  ASSERT_EQ(loaded.configuration.repositories.size(), 5u);
  const Repository& node = *loaded.configuration.Find("appnode02");
  EXPECT_EQ(node.endpoint.host, "app02.example.com");
  EXPECT_EQ(node.node, "02");
  EXPECT_EQ(node.path, "/srv/app");
  EXPECT_THAT(node.endpoint.ssh, ElementsAre("ssh", "-F", "/etc/sshsync/ssh config", "-o", "LogLevel=ERROR"));
  EXPECT_THAT(node.groups, ElementsAre("app", "site"));
  EXPECT_EQ(node.chunk, 16 << 20);
  EXPECT_EQ(node.timeout, absl::Minutes(10));
  EXPECT_EQ(node.templates.at("listcmd"), "cd ${REPOPATH} &&\nfind . -type f |\nsed 's/^\\.\\///'");
  const Repository& proxy = *loaded.configuration.Find("repoproxy");
  EXPECT_EQ(proxy.endpoint.port, 2222);
  EXPECT_EQ(proxy.peerport, 22);
  EXPECT_EQ(proxy.peerhost, "10.0.0.2");
  EXPECT_EQ(loaded.configuration.Find("repomaster")->path, "/srv/app/incoming");
  EXPECT_EQ(loaded.configuration.settings.jobs, 8);
  EXPECT_EQ(loaded.configuration.settings.state_dir, "/var/lib/sshsync");
}

/// A repository that is complete, so that a row shows only what it is about.
constexpr absl::string_view kRoot = "[a]\nhost=h\npath=/p\n";

/// One row of the table of bad input: a file named x, and all that is said about it.
struct Row {
  std::string text;
  std::vector<std::string> errors;
  std::vector<std::string> warnings = {};
};

TEST(Settings, EveryRowOfTheTableOfBadInputIsAnsweredInFull) {
  const std::string root(kRoot);
  const Row rows[] = {
      // The dialect.
      {"[default]\nhost=h\npath=/p\n[a]\nhost=h\npath=/q\n", {}},
      {root + "user=%(nope)s\n",
       {"x:4: user `%(nope)s` names no key of this section or of [DEFAULT]: correct it, or write `%%` for a percent "
        "sign"}},
      {root + "user=%(user)s\n",
       {"x:4: user `%(user)s` refers to itself, or is nested deeper than ten levels: give it a value of its own"}},
      {root + "listcmd=a\n  # note\n  b\n",
       {},
       {"x:5: a comment inside a value is dropped: start the comment in the first column, or move it out of the "
        "value"}},
      {"[a]\n  host=h\n  path=/p\n", {}},
      {root + "[a]\nhost=h\n",
       {"x:4: section [a] is there twice, here and in line 1: give one of them another name, or join them"}},
      {root + "HOST=i\n", {"x:4: `host` is there twice, here and in line 2: remove one of them"}},
      {"\xef\xbb\xbf" + root, {}},
      {"[a]\r\nhost=h\r\npath=/p\r\n", {}},
      {"[a]\nhost=h\rpath=/p\n", {"x:2: a carriage return without a newline: save the file with Unix line ends"}},
      {root + "listcmd=cd /x ; find .\n",
       {},
       {"x:4: the value of `listcmd` is kept whole; the original under Python 2 cut it at ` ;`: remove what follows "
        "the `;` if it was "
        "meant as "
        "a comment"}},
      {"[a]\nhost=h1 # c\npath=/p\n",
       {"x:2: host `h1 # c` has a comment in it: put the comment on a line of its own, it is part of the value here"}},
      {"[a]\nhost=\"h1\"\npath=/p\n", {"x:2: host `\"h1\"` has quotes: remove them, they are part of a value here"}},
      {"[a]\nhost=h\npath=\"/p\"\n", {"x:3: path `\"/p\"` has quotes: remove them, they are part of a value here"}},
      {"[a]\nhost=h\npath=/p # x\n",
       {"x:3: path `/p # x` has a comment in it: put the comment on a line of its own, it is part of the value here"}},
      {"[a]\nhost =\npath=/p\n", {"x:2: `host` is empty: add `host = ADDRESS`"}},
      {root + "port\n",
       {"x:4: `port` has no `=`: write `KEY = VALUE`, or indent the line if it continues the value above"}},
      {root + "= h\n", {"x:4: no key in front of `=`: write `KEY = VALUE`"}},
      {"host=h\npath=/p\n", {"x:1: `host` stands before any section: begin the file with `[NAME]` or `[DEFAULT]`"}},
      {root + "[]\n", {"x:4: section header `[]` has no name: write `[NAME]`, alone on its line"}},
      {root + "[b\n", {"x:4: section header `[b` has no closing `]`: write `[NAME]`, alone on its line"}},
      {root + "[ b ]\n", {"x:4: section header `[ b ]` has blanks around its name: write `[NAME]`, alone on its line"}},
      {root + "[b] junk\n",
       {"x:4: section header `[b] junk` is followed by something else: write `[NAME]`, alone on its line"}},
      {root + "[b]c]\n", {"x:4: section header `[b]c]` has a stray bracket: write `[NAME]`, alone on its line"}},
      {root + "[b[2-1]]\n", {"x:4: section [b[2-1]] counts down: write the smaller number first"}},
      {root + "[b[x]]\n", {"x:4: section [b[x]] has brackets without a range: write it as in `node[01-20]`"}},
      {root + "[b,c]\n",
       {"x:4: section [b,c] cannot be named on a command line: leave out commas, and `@` or `-` in front"}},
      {root + "hots=h\n", {}, {"x:4: unknown key `hots` is ignored: did you mean `host`?"}},
      {root + "xyzzyxyzzy=h\n", {}, {"x:4: unknown key `xyzzyxyzzy` is ignored: sshsync.conf(5) lists all keys"}},
      {root + std::string("user=a\0b\n", 9),
       {"x:4: user `a\\x00b` has a character that is not allowed there: give an account name, of letters, digits and "
        "._@+-",
        "x:4: control byte `\\x00`: remove it"}},
      {"", {}},
      {"# only\n\n; comments\n", {}},
      // Values.
      {"[a]\npath=/p\n", {"x:1: [a] has no `host`: add `host = ADDRESS`"}},
      {"[a]\nhost=h\n", {"x:1: [a] has no `path`: add `path = FOLDER`"}},
      {"[a]\nhost=h\npath=p\n", {"x:3: path `p` is not absolute: begin it with `/`"}},
      {"[a]\nhost=h\npath=/\n", {"x:3: path `/` is the whole file system: give a folder of the repository's own"}},
      {"[a]\nhost=h\npath=/a/../b\n", {"x:3: path `/a/../b` contains `..`: write the folder it means"}},
      {"[a]\nhost=-oProxyCommand=touch pwn\npath=/p\n",
       {"x:2: host `-oProxyCommand=touch pwn` begins with a dash: give a host name or an address, of letters, digits "
        "and ._:%-"}},
      {"[a]\nhost=a;b\npath=/p\n",
       {"x:2: host `a;b` has a character that is not allowed there: give a host name or an address, of letters, digits "
        "and ._:%-"}},
      {"[a]\nhost=a b\npath=/p\n",
       {"x:2: host `a b` has a character that is not allowed there: give a host name or an address, of letters, digits "
        "and ._:%-"}},
      {"[a]\nhost=h\n  i\npath=/p\n",
       {"x:2: host `h\\ni` has several lines: a value ends where the next line is not indented"}},
      {root + "user=-x\n", {"x:4: user `-x` begins with a dash: give an account name, of letters, digits and ._@+-"}},
      {root + "user=$(id)\n",
       {"x:4: user `$(id)` has a character that is not allowed there: give an account name, of letters, digits and "
        "._@+-"}},
      {root + "port=99999\n", {"x:4: port `99999` is no port: give a number from 1 to 65535"}},
      {"[a]\nhost=${NODE}\npath=/p\n",
       {"x:2: `host` has ${NODE}, but [a] is no section of many: write the header as in `[node[01-20]]`, or remove "
        "${NODE}"}},
      // Relations.
      {root + "parent=b\n",
       {"x:4: [a] has the parent `b`, which is no section: add that section, or correct the name"}},
      {root + "[b]\nhost=i\npath=/p\nparent=nowhere\n",
       {"x:7: [b] has the parent `nowhere`, which is no section: add that section, or correct the name"}},
      {root + "parent=b\n[b]\nhost=i\npath=/p\nparent=a\n",
       {"x:4: the parents form a cycle: a -> b -> a: make one of them a root"}},
      {root + "[b]\nhost=h\npath=/p\nparent=a\n",
       {"x:6: path `/p` is also that of [a] on the same host: give each repository a folder of its own"}},
      {root + "[b]\nhost=h\npath=/p/q\nparent=a\n",
       {"x:6: path `/p/q` lies inside that of [a] on the same host: give each repository a folder of its own"}},
      {"[a]\nhost=h\npath=/p/q\n[b]\nhost=H\nport=22\npath=/p\nparent=a\n",
       {"x:7: path `/p` lies around that of [a] on the same host: give each repository a folder of its own"}},
  };
  for (const Row& row : rows) {
    const LoadedConfiguration loaded = ReadConfiguration("x", row.text);
    EXPECT_EQ(Remarks(loaded, Severity::kError), row.errors) << row.text;
    EXPECT_EQ(Remarks(loaded, Severity::kWarning), row.warnings) << row.text;
    EXPECT_EQ(loaded.ok(), row.errors.empty()) << row.text;
  }
}

TEST(Settings, AMissingParentIsAMissingSectionUnlessTheFileIsWrongElsewhere) {
  EXPECT_EQ(FailureOf(ReadConfiguration("x", "[a]\nhost=h\npath=/p\nparent=b\n").status()), Failure::kMissingSection);
  EXPECT_EQ(FailureOf(ReadConfiguration("x", "[a]\nhost=h\npath=/p\nparent=b\nport=0\n").status()), Failure::kConfig);
  EXPECT_EQ(FailureOf(ReadConfiguration("x", "[a]\nhost=h\n").status()), Failure::kConfig);
}

TEST(Settings, AChainMayHaveSixtyFourRepositories) {
  const auto chain = [](int length) {
    std::string text = "[DEFAULT]\npath=/p\n[r0]\nhost=h0\n";
    for (int i = 1; i < length; ++i) absl::StrAppend(&text, "[r", i, "]\nhost=h", i, "\nparent=r", i - 1, "\n");
    return text;
  };
  EXPECT_TRUE(ReadConfiguration("x", chain(64)).ok());
  EXPECT_THAT(
      Remarks(ReadConfiguration("x", chain(300)), Severity::kError),
      ElementsAre("x:196: [r64] ends a chain of more than 64 repositories: give it a parent nearer to the root"));
}

TEST(Settings, PercentSignsOfCommandsAreCharacters) {
  const LoadedConfiguration loaded =
      ReadConfiguration("x", absl::StrCat(kRoot,
                                          "listcmd=find -printf '%P\\n'\ndigestcmd=echo 100% "
                                          "%%\n[b]\nhost=%(user)s.net\nuser=x\npath=/srv/%(host)s\n"));
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
  EXPECT_EQ(loaded.configuration.Find("a")->templates.at("listcmd"), "find -printf '%P\\n'");
  EXPECT_EQ(loaded.configuration.Find("a")->templates.at("digestcmd"), "echo 100% %%");
  EXPECT_EQ(loaded.configuration.Find("b")->path, "/srv/x.net");
}

TEST(Settings, BytesThatAreNotUtf8AreKept) {
  const LoadedConfiguration loaded = ReadConfiguration("x", "[a]\nhost=h\npath=/p\xe4\xff\n");
  EXPECT_TRUE(loaded.ok());
  EXPECT_EQ(loaded.configuration.Find("a")->path, "/p\xe4\xff");
}

TEST(Settings, AMistakeInADefaultIsReportedOnceWhereItStands) {
  std::string text = "[DEFAULT]\nport=0\n";
  for (int i = 0; i < 100; ++i) absl::StrAppend(&text, "[r", i, "]\nhost=h", i, "\npath=/p\n");
  EXPECT_THAT(Remarks(ReadConfiguration("x", text), Severity::kError),
              ElementsAre("x:2: port `0` is no port: give a number from 1 to 65535"));
}

TEST(Settings, AnEmptyValueTakesADefaultBack) {
  const LoadedConfiguration loaded = ReadConfiguration(
      "x", "[DEFAULT]\nparent=b\nuser=u\n[a]\nhost=h\npath=/p\n[b]\nhost=i\npath=/p\nparent=\nuser =\n");
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
  EXPECT_TRUE(loaded.configuration.Find("b")->is_root());
  EXPECT_EQ(loaded.configuration.Find("b")->endpoint.user, "");
}

TEST(Settings, KeysOfDefaultThatOthersReferToAreKnown) {
  EXPECT_THAT(ReadConfiguration("x", "[DEFAULT]\nbase=/srv\n[a]\nhost=h\npath=%(base)s/x\n").diagnostics, IsEmpty());
}

TEST(Settings, KeysInTheWrongKindOfSectionAreNamed) {
  EXPECT_THAT(Remarks(ReadConfiguration("x", "[sshsync]\nhost=h\n"), Severity::kWarning),
              ElementsAre("x:2: `host` has no effect in [sshsync]: move it to a repository's section"));
  EXPECT_THAT(Remarks(ReadConfiguration("x", absl::StrCat(kRoot, "jobs=3\n")), Severity::kWarning),
              ElementsAre("x:4: `jobs` has no effect in [a]: move it to [sshsync]"));
  EXPECT_THAT(ReadConfiguration("x", "[DEFAULT]\nuser=u\njobs=3\n[sshsync]\n").configuration.settings.jobs, 3);
}

TEST(Settings, AKeyThatWasIndentedByMistakeIsPointedOut) {
  EXPECT_THAT(Remarks(ReadConfiguration("x", absl::StrCat(kRoot, "listcmd=find .\n user = joe\n")), Severity::kWarning),
              ElementsAre("x:5: `user` is read as a part of `listcmd`: its line is indented: begin a new key where the "
                          "one above begins"));
}

TEST(Settings, PasswordsAreNeverShown) {
  for (const absl::string_view text :
       {"password=s3cret\npassword=s3cret\n", "password s3cret\n", "password=s3cret\n s3cret\x01\n",
        "password=s3cret\nuser=%(password)s!\n", "password=%(s3cret\n", "password=s3cret\nfilter=- [%(password)s\n"}) {
    const LoadedConfiguration loaded = ReadConfiguration("x", absl::StrCat(kRoot, text));
    EXPECT_FALSE(loaded.ok()) << text;
    for (const ConfigDiagnostic& diagnostic : loaded.diagnostics)
      EXPECT_THAT(RenderWithCaret(diagnostic), Not(HasSubstr("s3cret")));
  }
}

TEST(Settings, ALimitThatASynccmdDoesNotTakeIsSaidInTime) {
  const LoadedConfiguration loaded = ReadConfiguration(
      "x", absl::StrCat(kRoot, "[c]\nhost=h\npath=/q\nparent=a\nsynccmd=scp x y\nbwlimit=2M\nsettle=0\n"));
  EXPECT_THAT(Remarks(loaded, Severity::kWarning),
              Contains(HasSubstr("`bwlimit` is not taken by this synccmd: give it ${BWLIMIT}, as in `scp -l "
                                 "${BWLIMIT}`, or runs are refused")));
  EXPECT_THAT(Remarks(loaded, Severity::kInfo), IsEmpty());
}

TEST(Settings, AFileOfNonsenseEndsInABoundedReport) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&text, "line ", i, "\n");
  const LoadedConfiguration loaded = ReadConfiguration("x", text);
  EXPECT_LE(loaded.diagnostics.size(), 2001u);
  EXPECT_THAT(Render(loaded.diagnostics.back()), HasSubstr("more errors are not shown"));
}

TEST(Settings, AFileThatIsTooLargeIsNotRead) {
  const LoadedConfiguration loaded = ReadConfiguration("x", std::string((64u << 20) + 1, '\n'));
  EXPECT_THAT(Remarks(loaded, Severity::kError),
              ElementsAre("x: the file is larger than 64 MiB: see whether it is the right file"));
}

/// Files under testdata/configs/bad, each with what is said about it beside it.
TEST(Settings, BadFilesEarnTheDiagnosticsBesideThem) {
  for (const absl::string_view name :
       {"syntax", "sections", "values", "relations", "interpolation", "keys", "encoding"}) {
    const LoadedConfiguration loaded =
        ReadConfiguration(absl::StrCat(name, ".conf"), FileText(absl::StrCat("bad/", name, ".conf")));
    std::string actual;
    for (const ConfigDiagnostic& diagnostic : loaded.diagnostics) {
      absl::StrAppend(&actual, SeverityName(diagnostic.severity), ": ", RenderWithCaret(diagnostic), "\n");
    }
    EXPECT_FALSE(loaded.ok()) << name;
    EXPECT_EQ(actual, FileText(absl::StrCat("bad/", name, ".expected")));
  }
}

}  // namespace
}  // namespace sshsync
