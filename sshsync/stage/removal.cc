#include "sshsync/stage/removal.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/host/record_script.h"
#include "sshsync/stage/trash.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr size_t kFilesOfCall = 100;
constexpr size_t kBytesOfCall = 16'000;

// 0: the working folder is that folder of the repository; 1: there is none; else $_ss_why says what is wrong.
constexpr absl::string_view kGo = R"(
_ss_at=
_ss_go() {
  [ "$1" = "$_ss_at" ] && return 0
  _ss_at=; _ss_why="its folder cannot be entered"; cd "$R" || return 9
  _ss_old=$IFS; IFS=/; set -f; set -- "$1" $1; set +f; IFS=$_ss_old
  _ss_want=$1; shift
  if [ "$_ss_want" != . ]; then
    for _ss_part do
      if [ -h "./$_ss_part" ]; then _ss_why="$_ss_part is a symbolic link"; return 2; fi
      [ -d "./$_ss_part" ] || return 1
      cd "./$_ss_part" || return 9
    done
    if [ "`pwd -P; echo .`" != "$R/$_ss_want
." ]; then _ss_why="its folder leads out of the repository"; return 2; fi
  fi
  _ss_at=$_ss_want
}
)";

// One file of the working folder: ./name, deletecmd. Then many: folder, ./name...; each ends a record.
constexpr absl::string_view kDelete = R"(
_ss_one() {
  [ $_ss_went = 1 ] && return 0
  if [ $_ss_went != 0 ]; then echo "$_ss_why"; return $_ss_went; fi
  if [ -h "$1" ]; then echo "a symbolic link stands in its place"; return 2; fi
  if [ -d "$1" ]; then echo "a folder stands in its place"; return 3; fi
  if [ ! -f "$1" ]; then
    [ ! -e "$1" ] && return 0
    echo "it is no regular file"; return 3
  fi
  _ss_keep "$_ss_want" "$1" || return 9
  if [ -n "$2" ]; then _ss_run "$2" || { _ss_status=$?; echo "deletecmd ended with status $_ss_status"; return 9; }; else rm -f "$1" || return 9; fi
  if [ -f "$1" ]; then echo "the file is still there"; return 9; fi
}
_ss_delete() {
  _ss_go "$1"; _ss_went=$?; shift
  if [ $_ss_went = 0 ] && [ $# -gt 1 ]; then
    _ss_plain=yes
    for _ss_name do if [ -h "$_ss_name" ] || [ ! -f "$_ss_name" ]; then _ss_plain=no; fi; done
    [ $_ss_plain = yes ] && _ss_keep "$_ss_want" "$@" 2>/dev/null && rm -f "$@" 2>/dev/null
  fi
  for _ss_name do _ss_one "$_ss_name" "" 2>&1 </dev/null; _ss_mark f $?; done
}
_ss_deletecmd() { _ss_go "$1"; _ss_went=$?; _ss_one "$2" "$3" 2>&1; _ss_mark f $?; }
)";

std::string Prologue(const HostFacts& facts, const Lease& lease) {
  return absl::StrCat("R=", ShellLiteral(facts.root), "\n", RequireLease(lease), kGo);
}

std::string Here(absl::string_view name) { return ShellLiteral(absl::StrCat("./", name)); }

}  // namespace

RemoteCommand DeleteCommand(const HostFacts& facts, const Lease& lease, absl::Span<const Removal> files, bool keep,
                            absl::string_view mark) {
  RecordScript script(mark);
  script.AddRaw(absl::StrCat(Prologue(facts, lease), KeepText(lease, keep), kDelete));
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
