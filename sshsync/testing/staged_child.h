#ifndef SSHSYNC_TESTING_STAGED_CHILD_H_
#define SSHSYNC_TESTING_STAGED_CHILD_H_

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/stage/lease.h"
#include "sshsync/stage/publishing.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {

/// For tests of publishing: a child's folder `r` with a lease, and staged files in `r/.sshsync/in`. One thread.
///
///     class PublishingTest : public StagedChild {};
class StagedChild : public testing::Test {
 protected:
  static constexpr int64_t kSecond = 1'000'000'000;
  static constexpr absl::string_view kMark = "0123456789abcdef0123456789abcdef";

  StagedChild() {
    dir_.Write("r/.sshsync/lock/by-run1", "");
    auto facts = ParseHostFacts(Ask(HostFactsCommand(dir_.Path("r"), false)), dir_.Path("r"));
    EXPECT_TRUE(facts.ok()) << facts.status();
    facts_ = *std::move(facts);
    lease_ = {.root = facts_.root, .run = "run1", .controller = "ctl"};
  }

  RemoteResult Ask(const RemoteCommand& command) {
    auto result = runner_.Run(Endpoint{.transport = Transport::kLocal, .shell = shell_}, command, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : RemoteResult{.status = -1};
  }
  void Shell(absl::string_view script) {
    EXPECT_EQ(Ask({.script = absl::StrCat("cd ", dir_.path(), "\n", script)}).status, 0) << script;
  }
  FileStat StatOf(absl::string_view path) {
    struct stat info = {};
    EXPECT_EQ(lstat(std::string(path).c_str(), &info), 0) << path;
    return {.size = info.st_size,
            .mtime = info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec,
            .inode = info.st_ino,
            .mode = static_cast<uint16_t>(info.st_mode & 07777)};
  }
  std::string Root(absl::string_view file) { return dir_.Path(absl::StrCat("r/", file)); }

  // A staged file, verified as it lies there.
  Publication Staged(absl::string_view file, absl::string_view content) {
    const std::string staged = absl::StrCat("r/.sshsync/in/attempt", ++attempts_, "/", file);
    dir_.Write(staged, content);
    Publication one{.index = attempts_, .file = std::string(file), .staged = dir_.Path(staged)};
    one.verified = one.parent = StatOf(one.staged);
    return one;
  }
  Published Publish(const Publication& file, bool follow_symlinks = false) {
    const RemoteResult result = Ask(PublishCommand(facts_, lease_, {file}, follow_symlinks, false, kMark));
    const auto published = ParsePublish(result, {file}, kMark);
    EXPECT_TRUE(published.ok()) << published.status();
    return published.ok() ? (*published)[0] : Published();
  }

  // A whole group in one command. `said_alone_`: how many of them were gone through one by one.
  std::vector<PublishResult> PublishAll(absl::Span<const Publication> files, bool keep = false) {
    const RemoteResult result = Ask(PublishCommand(facts_, lease_, files, false, keep, kMark));
    said_alone_ = 0;
    for (size_t at = 0; (at = result.out.find(":f ", at)) != std::string::npos; ++at) ++said_alone_;
    const auto published = ParsePublish(result, files, kMark);
    EXPECT_TRUE(published.ok()) << published.status();
    std::vector<PublishResult> results;
    said_.clear();
    if (!published.ok()) return results;
    for (const Published& one : *published) {
      results.push_back(one.result);
      absl::StrAppend(&said_, one.said);
    }
    return results;
  }
  std::vector<Publication> StagedAll(absl::Span<const std::string> names, absl::string_view content) {
    const std::string attempt = absl::StrCat("r/.sshsync/in/attempt", ++attempts_, "/");
    std::vector<Publication> files;
    for (const std::string& name : names) {
      dir_.Write(absl::StrCat(attempt, name), absl::StrCat(content, name));
      Publication one{.index = files.size(), .file = name, .staged = dir_.Path(absl::StrCat(attempt, name))};
      one.verified = one.parent = StatOf(one.staged);
      files.push_back(std::move(one));
    }
    return files;
  }

  TempDir dir_;
  std::string shell_ = "sh";
  std::string said_;
  size_t said_alone_ = 0;
  LocalShell runner_;
  HostFacts facts_;
  Lease lease_;
  size_t attempts_ = 0;
};

}  // namespace sshsync

#endif  // SSHSYNC_TESTING_STAGED_CHILD_H_
