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
#include "sshsync/stage/scripts.h"
#include "sshsync/stage/trash.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr size_t kArgumentBytes = 20'000;
constexpr absl::string_view kPublishPiece = "_ss_piece";

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
                      kEnterFolderScript);
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
  std::string text = absl::StrCat(kPublishScript, kPublishFoldersScript);
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
