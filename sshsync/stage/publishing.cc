#include "sshsync/stage/publishing.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "sshsync/base/status.h"
#include "sshsync/host/host_tools.h"
#include "sshsync/host/record_script.h"
#include "sshsync/stage/trash.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr size_t kArgumentBytes = 20'000;
constexpr absl::string_view kPublishPiece = "_ss_piece";

// `_ss_where`: which file system a folder is on. `_ss_walk FOLDER` goes there without following links. `_ss_same_fs
// ./FOLDER...` makes what is missing, goes to all of them once and asks of all, and of the stage, at once.
constexpr absl::string_view kEnter = R"(
[ -z "${ZSH_VERSION-}" ] || setopt sh_word_split no_nomatch
_ss_dir=; _ss_fs=; _ss_one_fs=no; _ss_making=yes; _ss_looking=no
_ss_walk() {
  [ "$1" = "$_ss_dir" ] && return 0
  _ss_dir=; cd "$R" || return 9
  _ss_old=$IFS; IFS=/; set -f; set -- "$1" $1; set +f; IFS=$_ss_old
  _ss_want=$1; shift
  if [ "$_ss_want" != . ]; then
    for _ss_part do
      if [ -h "./$_ss_part" ] && [ $F = no ]; then echo "$_ss_part is a symbolic link"; return 2; fi
      if [ ! -d "./$_ss_part" ]; then [ $_ss_making = yes ] || return 1; mkdir "./$_ss_part" || return 9; fi
      cd -P "./$_ss_part" || return 9
    done
    if [ $F = no ] && [ "$PWD" != "$R/$_ss_want" ] && [ "`pwd -P; echo .`" != "$R/$_ss_want
." ]; then echo "its folder leads out of the repository"; return 2; fi
  fi
  _ss_dir=$_ss_want
}
_ss_enter() {
  [ "$1" = "$_ss_dir" ] && return 0
  _ss_walk "$1" || return $?
  [ $_ss_one_fs = no ] || return 0
  [ -n "$_ss_fs" ] || _ss_fs=`_ss_where "$S"`
  [ -z "$_ss_fs" ] || [ "`_ss_where .`" = "$_ss_fs" ] || { _ss_dir=; echo "its folder is on another file system than the stage"; return 9; }
}
_ss_linkless() {
  _ss_old=$IFS; IFS=/; set -f; set -- $1; set +f; IFS=$_ss_old
  _ss_part=
  for _ss_next do _ss_part=$_ss_part$_ss_next/; [ ! -h "${_ss_part%/}" ] || return 1; done
}
_ss_make() {
  for _ss_folder do
    shift; [ -d "$_ss_folder" ] && continue
    if _ss_linkless "$_ss_folder"; then set -- "$@" "$_ss_folder"; fi
  done
  [ $# = 0 ] || mkdir -p "$@"
}
_ss_same_fs() {
  _ss_dir=; cd "$R" || return 1
  [ $_ss_making = no ] || _ss_make "$@"
  for _ss_folder do
    shift; _ss_walk "${_ss_folder#./}"
    case $? in 0) set -- "$@" "$_ss_folder";; 1) ;; *) return 1;; esac
  done
  _ss_dir=; cd "$R" && _ss_count=$(($# + 1)) || return 1
  _ss_seen=`_ss_devices "$S" "$@" | uniq -c`
  set -f; set -- `df -P "$S" "$@" | sed '1d;s/ .* / /' | uniq -c`; set +f
  [ $# = 3 ] && [ "$1" = $_ss_count ] || return 1
  set -- $_ss_seen
  [ $# = 0 ] || { [ $# = 2 ] && [ "$1" = $_ss_count ]; }
}
)";

// What a tool shows of files that are to be the ones that were verified: a line `INODE SIZE LINKS` for each, with the
// mode where that is exact.
struct Look {
  absl::string_view states;   // of the operands
  absl::string_view devices;  // on which they are
};

Look LookOf(StatTool tool) {
  switch (tool) {
    case StatTool::kStatC:
      return {"stat -c '%i %s %h %f' \"$@\"", "stat -c %d \"$@\""};
    case StatTool::kStatF:
      return {"stat -f '%i %z %l %p' \"$@\"", "stat -f %d \"$@\""};
    case StatTool::kPerl:
    case StatTool::kLs:
      break;
  }
  return {R"(ls -dlni "$@" | while read -r _ss_i _ss_m _ss_h _ss_u _ss_g _ss_z _ss_x; do
  case $_ss_m in -*) echo "$_ss_i $_ss_z $_ss_h";; *) echo "$_ss_m";; esac; done)",
          ":"};
}

std::string LineOf(StatTool tool, const FileStat& stat) {
  const std::string line = absl::StrCat(stat.inode, " ", stat.size, " 1");
  const unsigned mode = 0100000u | stat.mode;
  if (tool == StatTool::kStatC) return absl::StrFormat("%s %x", line, mode);
  if (tool == StatTool::kStatF) return absl::StrFormat("%s %o", line, mode);
  return line;
}

// A piece K is a function `_ss_pK` that runs its arguments with the operands of the piece behind them, and `_ss_lK`,
// the lines that are expected of these. Operands are staged files, `$A` in front, or files in place, `./NAME`. A piece
// whose lines were as expected is published as a whole by a handful of processes; where anything fails, and else, file
// by file, so that each gets its own answer.
//
// _ss_rename: MODE ISO STAMP OPERAND...
// _ss_alone:  FOLDER MODE ISO STAMP OPERAND INODE SIZE ...
// _ss_piece:  K FOLDER MODE ISO STAMP
constexpr absl::string_view kPublish = R"(
_ss_nl='
'
_ss_ours() { [ -f "$R/.sshsync/lock/by-$L" ] || { echo 'the lease was lost' >&2; exit 71; }; }
_ss_meta() {
  _ss_mode=$1 _ss_iso=$2 _ss_stamp=$3; shift 3
  if [ -n "$_ss_iso" ]; then _ss_settime "$@" || return 9; fi
  if [ -n "$_ss_mode" ]; then chmod "$_ss_mode" "$@" || return 9; fi
}
_ss_keep_old() {
  [ $_ss_keeps = yes ] || return 0
  for _ss_new do
    shift; _ss_name=./${_ss_new##*/}
    if [ -f "$_ss_name" ] && [ ! -h "$_ss_name" ]; then set -- "$@" "$_ss_name"; fi
  done
  [ $# = 0 ] || _ss_keep "$_ss_dir" "$@"
}
_ss_rename() {
  case $4 in ./*) _ss_meta "$@"; return $?;; esac
  _ss_meta "$@" || return 1
  shift 3
  for _ss_new do if [ -d "./${_ss_new##*/}" ] && [ ! -h "./${_ss_new##*/}" ]; then return 1; fi; done
  _ss_keep_old "$@" && _ss_move "$@"
}
_ss_same() { _ss_inode=$2 _ss_size=$3; set -- `ls -dlni "$1" 2>/dev/null`; _ss_links=$3; [ "$1" = "$_ss_inode" ] && [ "$6" = "$_ss_size" ]; }
_ss_linked=
_ss_own_links() {
  [ -n "$_ss_linked" ] || _ss_linked=`find "$S" -type f -links +1 -exec ls -dni {} + | sed -n 's/^ *\([0-9][0-9]*\) .*/\1/p' | sort | uniq -c |
    while read -r _ss_n _ss_i; do echo "$_ss_n of $_ss_i."; done`
  case "$_ss_nl$_ss_linked" in *"$_ss_nl$_ss_links of $_ss_inode."*) return 0;; esac
  return 1
}
_ss_alone() {
  _ss_enter "$1"; _ss_went=$?; _ss_name=./${5##*/}
  case $_ss_went in 0) ;; 1) [ $_ss_looking = yes ] || return 9;; *) return $_ss_went;; esac
  if [ $_ss_went = 0 ] && [ -d "$_ss_name" ] && [ ! -h "$_ss_name" ]; then echo "a folder stands in the way"; return 3; fi
  case $5 in ./*)
    if [ -h "$5" ] || ! _ss_same "$5" $6 $7; then echo "the file is not the one that was looked at"; return 4; fi
    _ss_meta "$2" "$3" "$4" "$5"; return $?;;
  esac
  if [ $_ss_looking = no ] && [ ! -f "$5" ] && [ ! -h "$_ss_name" ] && _ss_same "$_ss_name" $6 $7; then return 0; fi
  if [ -h "$5" ] || ! _ss_same "$5" $6 $7; then echo "the staged file is not the one that was verified"; return 4; fi
  if [ "$_ss_links" -gt 1 ] && ! _ss_own_links; then echo "what arrived is a hard link to a file elsewhere, not a copy"; return 5; fi
  [ $_ss_looking = no ] || return 0
  _ss_meta "$2" "$3" "$4" "$5" || return 9
  if [ -f "$_ss_name" ] && [ ! -h "$_ss_name" ]; then _ss_keep "$1" "$_ss_name" || return 9; fi
  _ss_move "$5" || return 9
}
_ss_singly() {
  _ss_k=$1 _ss_goal=$2 _ss_m=$3 _ss_t=$4 _ss_s=$5; shift 5
  eval "_ss_rest=\$_ss_l$_ss_k"
  for _ss_file do
    _ss_line=${_ss_rest%%"$_ss_nl"*}; _ss_rest=${_ss_rest#*"$_ss_nl"}; _ss_ours
    _ss_alone "$_ss_goal" "$_ss_m" "$_ss_t" "$_ss_s" "$_ss_file" $_ss_line 2>&1; _ss_status=$?
    [ $_ss_status = 0 ] || _ss_worst=$_ss_status
    echo; echo "$M $_ss_k:f $_ss_status"
  done
}
_ss_piece() {
  _ss_ours
  if eval "[ \"\${_ss_w$1-}\" = gone ]"; then echo; echo "$M $1 0"; return; fi
  if [ $_ss_checked = yes ] && _ss_enter "$2" >/dev/null 2>&1 && _ss_p$1 _ss_rename "$3" "$4" "$5" >/dev/null 2>&1; then
    echo; echo "$M $1 0"
  else
    _ss_p$1 _ss_singly "$@"
  fi
}
)";

// A folder that is new on the child, and of which nothing is staged that is not to be published, is renamed as one, and
// with it all others that are new in the same place: ten thousand files of a hundred folders are one process instead of
// a hundred. Only files whose time and mode are right already, and only where a folder inherits neither group nor
// access list from its place; anything that is not as it should be leaves the folder to _ss_piece.
//
// _ss_new:   K FOLDER; before any folder is made
// _ss_whole: PLACE { K COUNT STAGED }...; leaves `gone` in `$_ss_wK`
constexpr absl::string_view kWhole = R"(
_ss_new() { [ -e "$R/$2" ] || [ -h "$R/$2" ] || eval "_ss_w$1=new"; }
_ss_see() { if [ $# = 1 ] && [ ! -e "$1" ] && [ ! -h "$1" ]; then shift; fi; _ss_seen=$((_ss_seen + $#)); }
_ss_holds() { _ss_seen=0; _ss_see "$1"/*; _ss_see "$1"/.[!.]*; _ss_see "$1"/..?*; [ $_ss_seen = $2 ]; }
_ss_whole() {
  [ $_ss_checked = yes ] || return 0
  _ss_ours; _ss_enter "$1" >/dev/null 2>&1 || return 0
  case `ls -ld . 2>/dev/null` in d?????[-x]???[\ .]*) ;; *) return 0;; esac
  shift; _ss_left=$(($# / 3)); _ss_taken=
  while [ $_ss_left -gt 0 ]; do
    _ss_left=$((_ss_left - 1)); _ss_k=$1 _ss_files=$2 _ss_from=$3; shift 3
    eval "[ \"\${_ss_w$_ss_k-}\" = new ]" && _ss_holds "$_ss_from" $_ss_files && _ss_holds "./${_ss_from##*/}" 0 || continue
    _ss_taken="$_ss_taken $_ss_k"; set -- "$@" "$_ss_from"
  done
  [ $# != 0 ] || return 0
  { chmod 755 "$@" && mv -f "$@" ./; } >/dev/null 2>&1
  for _ss_k in $_ss_taken; do
    [ -d "$1" ] || eval "_ss_w$_ss_k=gone"
    shift
  done
}
)";

// Times are set only where synccmd did not keep them, and never a coarse one.
bool WantsTime(const Publication& file) {
  if (file.parent.mtime < 0 || file.parent.unit() > kSecond) return false;
  return file.verified.unit() > kSecond || file.verified.mtime / kSecond != file.parent.mtime / kSecond;
}

// Files of one folder that get the same mode and time, as many as one process is given: they are published together.
struct Batch {
  absl::string_view folder;
  std::string mode, iso, stamp;
  int64_t mtime = -1;
  bool in_place = false;
  std::vector<size_t> files;  // by their operands' bytes, as ls answers
};

Batch PieceFor(const Publication& file) {
  Batch piece{.folder = FolderOf(file.file),
              .mode = "",
              .iso = "",
              .stamp = "",
              .mtime = file.parent.mtime,
              .in_place = file.staged.empty(),
              .files = {}};
  if (WantsTime(file)) {
    const absl::Time time = absl::FromUnixNanos(file.parent.mtime);
    piece.iso = absl::FormatTime("%Y-%m-%dT%H:%M:%E9SZ", time, absl::UTCTimeZone());
    piece.stamp = absl::FormatTime("%Y%m%d%H%M.%S", time, absl::UTCTimeZone());
  }
  const uint16_t wanted = file.parent.mtime < 0 ? file.verified.mode & 0777 : file.parent.mode & 0777;
  if (wanted != file.verified.mode) piece.mode = absl::StrFormat("%03o", wanted);
  return piece;
}

// The same for the command and for the reading of its answer.
std::vector<Batch> Pieces(absl::Span<const Publication> files) {
  std::map<std::tuple<absl::string_view, std::string, std::string, bool>, Batch> together;
  for (size_t i = 0; i < files.size(); ++i) {
    Batch piece = PieceFor(files[i]);
    auto key = std::make_tuple(piece.folder, piece.mode, piece.iso, piece.in_place);
    together.try_emplace(std::move(key), std::move(piece)).first->second.files.push_back(i);
  }
  std::vector<Batch> pieces;
  for (auto& [key, all] : together) {
    const auto operand = [&files, in_place = all.in_place](size_t i) -> const std::string& {
      return in_place ? files[i].file : files[i].staged;
    };
    std::sort(all.files.begin(), all.files.end(), [&operand](size_t a, size_t b) { return operand(a) < operand(b); });
    size_t bytes = kArgumentBytes;
    Batch empty = all;
    empty.files.clear();
    for (const size_t i : all.files) {
      bytes += operand(i).size() + 16;
      if (bytes > kArgumentBytes) {
        pieces.push_back(empty);
        bytes = operand(i).size() + 16;
      }
      pieces.back().files.push_back(i);
    }
  }
  return pieces;
}

// Goes to all folders at once and sees whether they are on the file system of the stage; where they are not, each is
// asked on its own.
std::string SameFileSystemCalls(const std::vector<Batch>& pieces) {
  std::vector<std::string> folders;
  for (const Batch& piece : pieces) {
    std::string folder = absl::StrCat("./", piece.folder);
    if (folders.empty() || folders.back() != folder) folders.push_back(std::move(folder));
  }
  std::string text = "_ss_one_fs=yes\n";
  for (const auto& some : ArgumentPieces(folders)) {
    absl::StrAppend(&text, WithArguments("_ss_same_fs", some), " >/dev/null 2>&1 || _ss_one_fs=no\n");
  }
  return text;
}

std::string PieceText(StatTool tool, size_t k, const Batch& piece, absl::Span<const Publication> files,
                      absl::string_view common) {
  std::string text = absl::StrCat("_ss_p", k, "() { \"$@\"");
  std::vector<std::string> lines;
  for (const size_t i : piece.files) {
    lines.push_back(LineOf(tool, files[i].verified));
    if (piece.in_place) {
      absl::StrAppend(&text, " ", ShellLiteral(absl::StrCat("./", NameOf(files[i].file))));
    } else {
      absl::StrAppend(&text, " \"$A\"", ShellLiteral(absl::string_view(files[i].staged).substr(common.size())));
    }
  }
  return absl::StrCat(text, "; }\n_ss_l", k, "='", absl::StrJoin(lines, "\n"), "'\n");
}

// Compares the lines of pieces `begin` to `end` at once; only a piece of files in place has its own folder to do that
// in.
std::string CheckText(const std::vector<Batch>& pieces, size_t begin, size_t end) {
  std::string calls, lines;
  for (size_t k = begin; k < end; ++k) {
    absl::StrAppend(&calls, "_ss_p", k, " ");
    absl::StrAppend(&lines, k == begin ? "" : "$_ss_nl", "$_ss_l", k);
  }
  const std::string go =
      pieces[begin].in_place ? absl::StrCat("_ss_walk ", ShellLiteral(pieces[begin].folder)) : "cd \"$A\" && A=./";
  return absl::StrCat("_ss_checked=no; [ \"`{ ", go, " && ", calls, "_ss_states; } 2>/dev/null`\" = \"", lines,
                      "\" ] && _ss_checked=yes\n");
}

// The folder of a staged file.
absl::string_view StagedFolder(const Publication& file) {
  return absl::string_view(file.staged).substr(0, file.staged.rfind('/'));
}

// Whether its folder may be renamed as one: it is all there is of that folder, lies in one place in the repository's
// own stage, and needs nothing but the rename.
bool MayGoWhole(const HostFacts& facts, const std::vector<Batch>& pieces, size_t k,
                absl::Span<const Publication> files) {
  const Batch& piece = pieces[k];
  if (piece.in_place || piece.folder == "." || !piece.mode.empty() || !piece.iso.empty() ||
      facts.actions.contains("rename"))
    return false;
  if ((k > 0 && pieces[k - 1].folder == piece.folder) ||
      (k + 1 < pieces.size() && pieces[k + 1].folder == piece.folder))
    return false;
  const absl::string_view folder = StagedFolder(files[piece.files[0]]);
  if (!absl::StartsWith(folder, absl::StrCat(facts.root, "/.sshsync/")) ||
      !absl::EndsWith(folder, absl::StrCat("/", piece.folder)))
    return false;
  return std::all_of(piece.files.begin(), piece.files.end(),
                     [&](size_t i) { return StagedFolder(files[i]) == folder; });
}

std::string NewCalls(const HostFacts& facts, const std::vector<Batch>& pieces, absl::Span<const Publication> files) {
  std::string text;
  for (size_t k = 0; k < pieces.size(); ++k) {
    if (MayGoWhole(facts, pieces, k, files))
      absl::StrAppend(&text, "_ss_new ", k, " ", ShellLiteral(pieces[k].folder), "\n");
  }
  return text;
}

// For those of pieces `begin` to `end` that may go whole; neighbours in the same place together.
std::string WholeCalls(const HostFacts& facts, const std::vector<Batch>& pieces, size_t begin, size_t end,
                       absl::Span<const Publication> files, absl::string_view common) {
  std::string text;
  absl::string_view place;
  for (size_t k = begin; k < end; ++k) {
    if (!MayGoWhole(facts, pieces, k, files)) continue;
    if (text.empty() || FolderOf(pieces[k].folder) != place) {
      place = FolderOf(pieces[k].folder);
      absl::StrAppend(&text, text.empty() ? "" : "\n", "_ss_whole ", ShellLiteral(place));
    }
    const absl::string_view folder = StagedFolder(files[pieces[k].files[0]]);
    const bool below = folder.size() > common.size();
    absl::StrAppend(&text, " ", k, " ", pieces[k].files.size(), " ", below ? "\"$A\"" : "",
                    ShellLiteral(below ? folder.substr(common.size()) : folder));
  }
  return text.empty() ? text : text + "\n";
}

// The end of the pieces that are compared together with `begin`.
size_t CheckedTogether(const HostFacts& facts, const std::vector<Batch>& pieces, size_t begin,
                       absl::Span<const Publication> files, absl::string_view common) {
  size_t end = begin, bytes = 0;
  while (end < pieces.size() && pieces[end].in_place == pieces[begin].in_place) {
    for (const size_t i : pieces[end].files)
      bytes += files[i].staged.size() - std::min(common.size(), files[i].staged.size()) + 18;
    if (end > begin && bytes > ArgumentBytes(facts)) break;
    ++end;
    // ls sorts all that it is given; a shell's functions may be nested so deep.
    if (pieces[begin].in_place || facts.stat_tool == StatTool::kLs || facts.stat_tool == StatTool::kPerl ||
        end - begin == 100)
      break;
  }
  return end;
}

// Three functions, for many files at once; where the operator has an action of the name, that is called for each of
// them.
std::string ActionFunctions(const HostFacts& facts) {
  const auto function = [&facts](absl::string_view name, absl::string_view usual, absl::string_view before) {
    const auto own = facts.actions.find(std::string(name));
    if (own == facts.actions.end()) return std::string(usual);
    return absl::StrCat("for STAGED do case $STAGED in ./*) STAGED=$PWD/${STAGED#./} ;; esac; ", before, "( ",
                        own->second, "\n) || return 9; done");
  };
  return absl::StrCat(
      "_ss_settime() { ",
      function("settime", R"(touch -d "$_ss_iso" "$@" 2>/dev/null || touch -t "$_ss_stamp" "$@")", ""), "; }\n",
      "_ss_move() { ", function("rename", R"(mv -f "$@" ./)", "DESTDIR=$PWD FILEPATH=$PWD/${STAGED##*/}; "), "; }\n",
      "_ss_flush() { set -- ''; STAGEDIR=$S; ", function("flush", R"(sync -f "$S" || sync)", ""), "; }\n");
}

std::string PieceCall(const HostFacts& facts, absl::string_view function, size_t k, const Batch& piece) {
  const std::string time =
      facts.actions.contains("settime") && !piece.iso.empty() ? absl::StrCat(TimeVariables(piece.mtime), "\n") : "";
  return absl::StrCat(time, function, " ", k, " ", ShellLiteral(piece.folder), " '", piece.mode, "' '", piece.iso,
                      "' '", piece.stamp, "'\n");
}

Published ResultOf(const Record& record) {
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
    case 4:
      one.result = PublishResult::kChanged;
      break;
    case 5:
      one.result = PublishResult::kHardLink;
      break;
    default:
      one.result = PublishResult::kFailed;
  }
  return one;
}

}  // namespace

std::string PublishPrologue(const HostFacts& facts, const Lease& lease, absl::string_view stage_folder,
                            bool follow_symlinks, absl::string_view mark) {
  const Look look = LookOf(facts.stat_tool);
  return absl::StrCat("R=", ShellLiteral(facts.root), "; S=", ShellLiteral(stage_folder), "; M=", mark,
                      "; F=", follow_symlinks ? "yes" : "no", "\n", RequireLease(lease), ActionFunctions(facts),
                      "_ss_states() { ", look.states, "; }\n_ss_devices() { ", look.devices, "; }\n",
                      "_ss_where() { { df -P \"$1\" | sed -n '2s/ .* / /p'; _ss_devices \"$1\"; } 2>/dev/null; }\n",
                      kEnter);
}

absl::string_view FolderOfAll(absl::Span<const Publication> files) {
  absl::string_view common;
  for (const Publication& file : files) {
    if (file.staged.empty()) continue;
    absl::string_view folder = absl::string_view(file.staged).substr(0, file.staged.rfind('/') + 1);
    if (common.empty()) common = folder;
    while (!absl::StartsWith(folder, common)) common = common.substr(0, common.rfind('/', common.size() - 2) + 1);
  }
  return common;
}

std::string PiecesText(const HostFacts& facts, absl::Span<const Publication> files, absl::string_view function) {
  const absl::string_view common = FolderOfAll(files);
  const std::vector<Batch> pieces = Pieces(files);
  std::string text = absl::StrCat(kPublish, kWhole);
  const bool whole = function == kPublishPiece;
  if (whole) text += NewCalls(facts, pieces, files);
  if (!common.empty()) absl::StrAppend(&text, "A=", ShellLiteral(common), "\n");
  text += SameFileSystemCalls(pieces);
  for (size_t begin = 0; begin < pieces.size();) {
    const size_t end = CheckedTogether(facts, pieces, begin, files, common);
    for (size_t k = begin; k < end; ++k) text += PieceText(facts.stat_tool, k, pieces[k], files, common);
    text += CheckText(pieces, begin, end);
    if (whole) text += WholeCalls(facts, pieces, begin, end, files, common);
    for (size_t k = begin; k < end; ++k) text += PieceCall(facts, function, k, pieces[k]);
    begin = end;
  }
  return text;
}

RemoteCommand PublishCommand(const HostFacts& facts, const Lease& lease, absl::Span<const Publication> files,
                             bool follow_symlinks, bool keep, absl::string_view mark, absl::string_view before) {
  const absl::string_view common = FolderOfAll(files);
  std::string script = PublishPrologue(facts, lease, common.empty() ? facts.root : common, follow_symlinks, mark);
  script.append(before.data(), before.size());
  // What is renamed is on the disk first: a host that loses its power has the old content or the new one.
  if (!common.empty()) absl::StrAppend(&script, "_ss_flush >/dev/null 2>&1\n");
  absl::StrAppend(&script, "_ss_keeps=", keep ? "yes" : "no", "\n", KeepText(lease, keep),
                  PiecesText(facts, files, kPublishPiece));
  return {.script = std::move(script), .writes = true};
}

absl::StatusOr<std::vector<Published>> ParsePublish(const RemoteResult& result, absl::Span<const Publication> files,
                                                    absl::string_view mark) {
  if (result.status == 71) return MakeError(Failure::kLocked, "the lease of the child was lost to another run");
  const std::vector<Batch> pieces = Pieces(files);
  std::vector<Published> published(files.size(),
                                   {PublishResult::kFailed, std::string(absl::StripAsciiWhitespace(result.err))});
  std::vector<size_t> answered(pieces.size(), 0);
  RecordReader reader(mark, size_t{1} << 20);
  SSHSYNC_RETURN_IF_ERROR(reader.Feed(result.out, [&](const Record& record) {
    absl::string_view label = record.label;
    const bool alone = absl::ConsumeSuffix(&label, ":f");
    size_t piece = 0;
    if (!absl::SimpleAtoi(label, &piece) || piece >= pieces.size())
      return MakeError(Failure::kInternal, "an answer to what was not asked");
    const std::vector<size_t>& indices = pieces[piece].files;
    for (size_t i = alone ? answered[piece]++ : 0; i < indices.size(); ++i) {
      published[indices[i]] = ResultOf(record);
      if (alone) break;
    }
    return absl::OkStatus();
  }));
  return published;
}

absl::StatusOr<std::vector<Published>> ParseNumbered(const RemoteResult& result, size_t count, absl::string_view mark) {
  if (result.status == 71) return MakeError(Failure::kLocked, "the lease of the child was lost to another run");
  std::vector<Published> published(count,
                                   {PublishResult::kFailed, std::string(absl::StripAsciiWhitespace(result.err))});
  RecordReader reader(mark, size_t{1} << 20);
  SSHSYNC_RETURN_IF_ERROR(reader.Feed(result.out, [&](const Record& record) {
    size_t index = 0;
    if (!absl::SimpleAtoi(record.label, &index) || index >= count)
      return MakeError(Failure::kInternal, "an answer to what was not asked");
    published[index] = ResultOf(record);
    return absl::OkStatus();
  }));
  return published;
}

}  // namespace sshsync
