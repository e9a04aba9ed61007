#include "sshsync/config/repository_reader.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/config/keys.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

/// A section read alone, with what was said about it.
struct Read {
  Repository repository;
  Settings settings;
  std::vector<ConfigDiagnostic> diagnostics;
};

Read ReadSection(const std::string& text, absl::string_view node = "") {
  DiagnosticCollector diagnostics("x", text);
  const IniFile ini = IniFile::Parse(text, diagnostics);
  TemplateChecker checker(diagnostics);
  EntryReader reader(ini, ini.sections.at(0), node, diagnostics);
  Read read;
  read.repository = ReadRepository(reader, checker, "a", node);
  read.settings = ReadSettings(reader);
  for (ConfigDiagnostic& diagnostic : diagnostics.Take()) {
    if (diagnostic.severity == Severity::kError) read.diagnostics.push_back(std::move(diagnostic));
  }
  return read;
}

constexpr absl::string_view kEverything = R"([a]
host = h
path = /p/
parent = b
group = x y
user = u
port = 1
identity = ~/.ssh/id
jump = j
ssh = ssh -v
transport = ssh
password = s3cret
peerhost = ph
peerport = 2
peeruser = pu
peerssh = ssh -p 22
listcmd = find ${REPOPATH}
digestcmd = sha1sum ${FILEPATH}
synccmd = cp ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}
deletecmd = rm ${FILEPATH}
action.flush = sync
shell = bash
preset = gnu
original_quoting = yes
names = any
batch_digest = no
digest = sha1 md5
nice = 0
transfer = command
route = push relay
chunk = 256K
streams = 7
bwlimit = 1M
compress = yes
stage = /stage/
publish = together
metadata = yes
links = copy
follow_symlinks = yes
filter = - *.tmp
include = a b
exclude =
  c
  d
settle = 1m
recheck = 7d
delete = yes
max_delete = 3
trash = yes
trash_keep = 1d
timeout = 1
connect_timeout = 2
wait = 3
retries = 4
jobs = 5
max_sessions = 6
state_dir = /s
pid_file = /f
stop_at = 06:30
keep_runs = 8
metrics_file = /m
on_success = ok
on_failure = bad
on_change = new
)";

TEST(RepositoryReader, EveryKeyOfTheTableReachesTheModel) {
  const std::string text(kEverything);
  const Read read = ReadSection(text);
  EXPECT_THAT(read.diagnostics, IsEmpty());
  const Repository& r = read.repository;
  EXPECT_EQ(r.endpoint.host, "h");
  EXPECT_EQ(r.path, "/p");
  EXPECT_EQ(r.parent, "b");
  EXPECT_THAT(r.groups, ElementsAre("x", "y"));
  EXPECT_EQ(r.endpoint.user, "u");
  EXPECT_EQ(r.endpoint.port, 1);
  EXPECT_EQ(r.endpoint.identity, "~/.ssh/id");
  EXPECT_EQ(r.endpoint.jump, "j");
  EXPECT_THAT(r.endpoint.ssh, ElementsAre("ssh", "-v"));
  EXPECT_EQ(r.endpoint.transport, Transport::kSsh);
  EXPECT_EQ(r.password, "s3cret");
  EXPECT_EQ(r.peerhost, "ph");
  EXPECT_EQ(r.peerport, 2);
  EXPECT_EQ(r.peeruser, "pu");
  EXPECT_EQ(r.peerssh, "ssh -p 22");
  EXPECT_THAT(r.templates, ElementsAre(Pair("deletecmd", "rm ${FILEPATH}"), Pair("digestcmd", "sha1sum ${FILEPATH}"),
                                       Pair("flush", "sync"), Pair("listcmd", "find ${REPOPATH}"),
                                       Pair("synccmd", "cp ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}")));
  EXPECT_EQ(r.endpoint.shell, "bash");
  EXPECT_EQ(r.preset, "gnu");
  EXPECT_TRUE(r.original_quoting && r.any_names && !r.batch_digest);
  EXPECT_THAT(r.digest, ElementsAre("sha1", "md5"));
  EXPECT_EQ(r.nice, 0);
  EXPECT_EQ(r.transfer, Transfer::kCommand);
  EXPECT_THAT(r.route, ElementsAre(Route::kPush, Route::kRelay));
  EXPECT_EQ(r.chunk, 256 << 10);
  EXPECT_EQ(r.streams, 7);
  EXPECT_EQ(r.bwlimit, "1M");
  EXPECT_TRUE(r.endpoint.compress);
  EXPECT_EQ(r.stage, "/stage");
  EXPECT_EQ(r.publish, PublishMode::kTogether);
  EXPECT_TRUE(r.metadata && r.follow_symlinks && r.del && r.trash);
  EXPECT_EQ(r.links, LinkMode::kCopy);
  EXPECT_THAT(r.filter, ElementsAre("- *.tmp", "+ a b", "- c", "- d"));
  EXPECT_EQ(r.settle, absl::Minutes(1));
  EXPECT_EQ(r.recheck, absl::Hours(7 * 24));
  EXPECT_FALSE(r.max_delete.percent);
  EXPECT_EQ(r.max_delete.value, 3);
  EXPECT_EQ(r.trash_keep, absl::Hours(24));
  EXPECT_EQ(r.timeout, absl::Seconds(1));
  EXPECT_EQ(r.endpoint.connect_timeout, absl::Seconds(2));
  EXPECT_EQ(r.wait, absl::Seconds(3));
  EXPECT_EQ(r.retries, 4);
  const Settings& s = read.settings;
  EXPECT_EQ(s.jobs, 5);
  EXPECT_EQ(s.max_sessions, 6);
  EXPECT_EQ(s.state_dir, "/s");
  EXPECT_EQ(s.pid_file, "/f");
  EXPECT_EQ(s.stop_at, "06:30");
  EXPECT_EQ(s.keep_runs, 8);
  EXPECT_EQ(s.metrics_file, "/m");
  EXPECT_EQ(s.on_success + s.on_failure + s.on_change, "okbadnew");
  for (const KeyInfo& key : AllKeys()) {
    if (key.name == "action.NAME") continue;
    EXPECT_NE(text.find(absl::StrCat("\n", key.name, " =")), std::string::npos) << key.name << " is not tried here";
  }
}

TEST(RepositoryReader, WhatIsNotGivenIsAsTheModelHasIt) {
  const Read read = ReadSection("[a]\nhost = h\npath = /p\n");
  EXPECT_THAT(read.diagnostics, IsEmpty());
  EXPECT_EQ(read.repository.chunk, Repository().chunk);
  EXPECT_EQ(read.repository.stage, "yes");
  EXPECT_EQ(read.repository.peerhost, "h");
  EXPECT_THAT(read.repository.filter, IsEmpty());
  EXPECT_FALSE(read.repository.recheck.has_value());
}

TEST(RepositoryReader, ALocalRepositoryNeedsNoHostAndKeepsOneForItsPeers) {
  const Read read = ReadSection("[a]\ntransport = local\nhost = h\npath = /p\n");
  EXPECT_THAT(read.diagnostics, IsEmpty());
  EXPECT_EQ(read.repository.endpoint.host, "");
  EXPECT_EQ(read.repository.peerhost, "h");
  EXPECT_THAT(ReadSection("[a]\ntransport = local\npath = /p\n").diagnostics, IsEmpty());
}

TEST(RepositoryReader, TheNodeIsReplacedInAllButTemplates) {
  const Read read = ReadSection("[a]\nhost = h${NODE}\npath = /p/${NODE}\nlistcmd = echo ${NODE}\n", "07");
  EXPECT_THAT(read.diagnostics, IsEmpty());
  EXPECT_EQ(read.repository.endpoint.host, "h07");
  EXPECT_EQ(read.repository.path, "/p/07");
  EXPECT_EQ(read.repository.templates.at("listcmd"), "echo ${NODE}");
}

TEST(RepositoryReader, TheNodeIsReplacedBeforeValidation) {
  const Read read = ReadSection("[a]\nhost = h\npath = /p\nport = ${NODE}99\n", "999");
  ASSERT_EQ(read.diagnostics.size(), 1u);
  EXPECT_EQ(Render(read.diagnostics[0]), "x:4: port `99999` is no port: give a number from 1 to 65535");
}

}  // namespace
}  // namespace sshsync
