#include "sshsync/stage/removal.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/host/record_script.h"
#include "sshsync/stage/scripts.h"
#include "sshsync/stage/trash.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr size_t kFilesOfCall = 100;
constexpr size_t kBytesOfCall = 16'000;

std::string Prologue(const HostFacts& facts, const Lease& lease) {
  return absl::StrCat("R=", ShellLiteral(facts.root), "\n", RequireLease(lease), kGoToFolderScript);
}

std::string Here(absl::string_view name) { return ShellLiteral(absl::StrCat("./", name)); }

}  // namespace

RemoteCommand DeleteCommand(const HostFacts& facts, const Lease& lease, absl::Span<const Removal> files, bool keep,
                            absl::string_view mark) {
  RecordScript script(mark);
  script.AddRaw(absl::StrCat(Prologue(facts, lease), KeepText(lease, keep), kDeleteScript));
  for (size_t i = 0; i < files.size();) {
    const absl::string_view folder = FolderOf(files[i].path);
    if (!files[i].command.empty()) {
      script.AddRaw(absl::StrCat("_ss_deletecmd ", ShellLiteral(folder), " ", Here(NameOf(files[i].path)), " ",
                                 ShellLiteral(files[i].command), "\n"));
      ++i;
      continue;
    }
    std::string call = absl::StrCat("_ss_delete ", ShellLiteral(folder));
    for (size_t count = 0; i < files.size() && count < kFilesOfCall && call.size() < kBytesOfCall; ++i, ++count) {
      if (FolderOf(files[i].path) != folder || !files[i].command.empty()) break;
      absl::StrAppend(&call, " ", Here(NameOf(files[i].path)));
    }
    script.AddRaw(absl::StrCat(call, "\n"));
  }
  return {.script = script.text(), .writes = true};
}

absl::StatusOr<std::vector<Published>> ParseDelete(const RemoteResult& result, size_t count, absl::string_view mark) {
  if (result.status == 71) return MakeError(Failure::kLocked, "the lease of the child was lost to another run");
  std::vector<Published> removed;
  RecordReader reader(mark, size_t{1} << 20);
  SSHSYNC_RETURN_IF_ERROR(reader.Feed(result.out, [&removed](const Record& record) {
    Published one{.said = std::string(absl::StripAsciiWhitespace(record.output))};
    switch (record.status) {
      case 0:
        one.result = PublishResult::kDone;
        break;
      case 2:
        one.result = PublishResult::kLinkInPath;
        break;
      case 3:
        one.result = PublishResult::kObstructed;
        break;
      default:
        one.result = PublishResult::kFailed;
    }
    removed.push_back(std::move(one));
    return absl::OkStatus();
  }));
  if (removed.size() > count) return MakeError(Failure::kInternal, "more records than files");
  removed.resize(count, {PublishResult::kFailed, std::string(absl::StripAsciiWhitespace(result.err))});
  return removed;
}

RemoteCommand PruneFoldersCommand(const HostFacts& facts, const Lease& lease, absl::Span<const std::string> deleted) {
  std::set<absl::string_view, std::greater<>> folders;  // what lies deeper in a folder comes before it
  for (const std::string& path : deleted) {
    for (absl::string_view folder = FolderOf(path); folder != "."; folder = FolderOf(folder)) folders.insert(folder);
  }
  std::string script = Prologue(facts, lease);
  for (const absl::string_view folder : folders) {
    absl::StrAppend(&script, "_ss_go ", ShellLiteral(FolderOf(folder)), " && rmdir ", Here(NameOf(folder)),
                    " 2>/dev/null\n");
  }
  return {.script = absl::StrCat(script, ":\n"), .writes = true};
}

}  // namespace sshsync
