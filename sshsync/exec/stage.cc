#include "sshsync/exec/stage.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "sshsync/base/status.h"
#include "sshsync/exec/trash.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// Parent folder of a relative path, `.` at the top.
absl::string_view FolderOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? "." : path.substr(0, slash);
}

absl::string_view NameOf(absl::string_view path) { return path.substr(path.rfind('/') + 1); }

constexpr absl::string_view kEnter = R"(
_ss_where() { df -P "$1" 2>/dev/null | sed -n '2s/ .* / /p'; }
[ -z "${ZSH_VERSION-}" ] || setopt sh_word_split
_ss_dir=; _ss_fs=`_ss_where "$S"`
_ss_enter() {
  [ "$1" = "$_ss_dir" ] && return 0
  _ss_dir=; cd "$R" || return 9
  _ss_old=$IFS; IFS=/; set -f; set -- "$1" $1; set +f; IFS=$_ss_old
  _ss_want=$1; shift
  if [ "$_ss_want" != . ]; then
    for _ss_part do
      if [ -h "./$_ss_part" ] && [ $F = no ]; then echo "$_ss_part is a symbolic link"; return 2; fi
      [ -d "./$_ss_part" ] || mkdir "./$_ss_part" || return 9
      cd "./$_ss_part" || return 9
    done
    if [ $F = no ] && [ "`pwd -P; echo .`" != "$R/$_ss_want
." ]; then echo "its folder leads out of the repository"; return 2; fi
  fi
  if [ -n "$_ss_fs" ] && [ "`_ss_where .`" != "$_ss_fs" ]; then echo "its folder is on another file system than the stage"; return 9; fi
  _ss_dir=$_ss_want
}
)";

// index, folder, name, staged file, inode, size, mode, time as ISO, time as touch -t wants it
constexpr absl::string_view kPublish = R"(
_ss_same() { _ss_inode=$2 _ss_size=$3; set -- `ls -dlni "$1" 2>/dev/null`; [ "$1" = "$_ss_inode" ] && [ "$6" = "$_ss_size" ]; }
_ss_meta() {
  if [ -n "$3" ]; then touch -d "$3" "$1" 2>/dev/null || touch -t $4 "$1" || return 9; fi
  if [ -n "$2" ]; then chmod $2 "$1" || return 9; fi
}
_ss_publish() {
  _ss_enter "$2" || return $?
  if [ -d "./$3" ] && [ ! -h "./$3" ]; then echo "a folder stands in the way"; return 3; fi
  if [ -z "$4" ]; then
    if [ -h "./$3" ] || ! _ss_same "./$3" $5 $6; then echo "the file is not the one that was looked at"; return 4; fi
    _ss_meta "./$3" "$7" "$8" $9; return $?
  fi
  if [ ! -f "$4" ] && [ ! -h "./$3" ] && _ss_same "./$3" $5 $6; then return 0; fi
  if [ -h "$4" ] || ! _ss_same "$4" $5 $6; then echo "the staged file is not the one that was verified"; return 4; fi
  _ss_meta "$4" "$7" "$8" $9 || return 9
  if [ -f "./$3" ] && [ ! -h "./$3" ]; then _ss_keep "$2" "./$3" || return 9; fi
  mv -f "$4" ./ || return 9
}
_ss_p() { _ss_publish "$@" 2>&1; _ss_status=$?; echo; echo "$M $1 $_ss_status"; }
)";

// Times are set only where synccmd did not keep them, and never a coarse one.
bool WantsTime(const Publication& file) {
  if (file.parent.mtime < 0 || file.parent.unit() > kSecond) return false;
  return file.verified.unit() > kSecond || file.verified.mtime / kSecond != file.parent.mtime / kSecond;
}

std::string PublishCall(const Publication& file) {
  std::string iso, stamp, mode;
  if (WantsTime(file)) {
    const absl::Time time = absl::FromUnixNanos(file.parent.mtime);
    iso = absl::FormatTime("%Y-%m-%dT%H:%M:%E9SZ", time, absl::UTCTimeZone());
    stamp = absl::FormatTime("%Y%m%d%H%M.%S", time, absl::UTCTimeZone());
  }
  const uint16_t wanted = file.parent.mtime < 0 ? file.verified.mode & 0777 : file.parent.mode & 0777;
  if (wanted != file.verified.mode) mode = absl::StrFormat("%03o", wanted);
  return absl::StrCat("_ss_p ", file.index, " ", ShellLiteral(FolderOf(file.file)), " ", ShellLiteral(NameOf(file.file)), " ", ShellLiteral(file.staged), " ",
                      file.verified.inode, " ", file.verified.size, " '", mode, "' '", iso, "' '", stamp, "'\n");
}

}  // namespace

std::string StageFolder(absl::string_view stage_key, absl::string_view root) {
  if (!absl::StartsWith(stage_key, "/")) return absl::StrCat(root, "/.sshsync/in");
  return absl::StrCat(stage_key, "/sshsync-in", absl::StrReplaceAll(root, {{"/", "-"}}));
}

Attempt NewAttempt(absl::string_view stage_folder, size_t index, absl::string_view file, const Digest& digest) {
  std::string name = digest.is_crc() ? "crc" : digest.text().substr(0, 40);
  return {.index = index, .file = std::string(file), .folder = absl::StrCat(stage_folder, "/", name, "-", RandomMark().substr(0, 12))};
}

std::string PublishPrologue(const HostFacts& facts, const Lease& lease, absl::string_view stage_folder, bool follow_symlinks, absl::string_view mark) {
  return absl::StrCat("R=", ShellLiteral(facts.root), "; S=", ShellLiteral(stage_folder), "; M=", mark, "; F=", follow_symlinks ? "yes" : "no", "\n",
                      RequireLease(lease), kEnter);
}

RemoteCommand PublishCommand(const HostFacts& facts, const Lease& lease, absl::Span<const Publication> files, bool follow_symlinks, bool keep,
                             absl::string_view mark) {
  const std::string& first = files[0].staged;
  std::string script = PublishPrologue(facts, lease, first.empty() ? facts.root : FolderOf(first), follow_symlinks, mark);
  absl::StrAppend(&script, KeepText(lease, keep), kPublish);
  for (const Publication& file : files) script += PublishCall(file);
  return {.script = std::move(script), .writes = true};
}

absl::StatusOr<std::vector<Published>> ParsePublish(const RemoteResult& result, absl::Span<const Publication> files, absl::string_view mark) {
  if (result.status == 71) return MakeError(Failure::kLocked, "the lease of the child was lost to another run");
  std::map<std::string, Record> records;
  RecordReader reader(mark, size_t{1} << 20);
  SSHSYNC_RETURN_IF_ERROR(reader.Feed(result.out, [&records](Record record) {
    std::string label = record.label;
    records[std::move(label)] = std::move(record);
    return absl::OkStatus();
  }));
  std::vector<Published> published;
  for (const Publication& file : files) {
    const auto at = records.find(absl::StrCat(file.index));
    if (at == records.end()) {
      published.push_back({PublishResult::kFailed, std::string(absl::StripAsciiWhitespace(result.err))});
      continue;
    }
    Published one{.said = std::string(absl::StripAsciiWhitespace(at->second.output))};
    switch (at->second.status) {
      case 0: one.result = PublishResult::kDone; break;
      case 2: one.result = PublishResult::kLinkInPath; break;
      case 3: one.result = PublishResult::kObstructed; break;
      case 4: one.result = PublishResult::kChanged; break;
      default: one.result = PublishResult::kFailed;
    }
    published.push_back(std::move(one));
  }
  return published;
}

}  // namespace sshsync
