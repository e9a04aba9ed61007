#include "sshsync/stage/undo.h"

#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sshsync/base/status.h"
#include "sshsync/stage/scripts.h"
#include "sshsync/stage/trash.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

std::string UndoFolder(const Lease& lease, absl::string_view run) {
  return absl::StrCat(lease.root, "/.sshsync/undo/", run);
}

std::vector<Publication> FilesOf(absl::Span<const UndoEntry> entries) {
  std::vector<Publication> files;
  for (const UndoEntry& entry : entries) files.push_back(entry.file);
  return files;
}

absl::string_view StageOf(const HostFacts& facts, absl::Span<const Publication> files) {
  const absl::string_view common = FolderOfAll(files);
  return common.empty() ? absl::string_view(facts.root) : common;
}

// The folders in which the files are, and those above, deepest first.
std::set<absl::string_view, std::greater<>> FoldersOf(absl::Span<const UndoEntry> entries) {
  std::set<absl::string_view, std::greater<>> folders;
  for (const UndoEntry& entry : entries) {
    for (absl::string_view folder = FolderOf(entry.file.file); folder != "."; folder = FolderOf(folder))
      folders.insert(folder);
  }
  return folders;
}

constexpr absl::string_view kHead = "sshsync undo 1";

}  // namespace

std::string UndoList(absl::Span<const UndoEntry> entries) {
  std::string text = absl::StrCat(kHead, " ", entries.size(), "\n");
  for (const UndoEntry& entry : entries) {
    const FileStat &ours = entry.file.verified, &theirs = entry.file.parent;
    absl::StrAppend(&text, ours.inode, "\t", ours.size, "\t", ours.mtime, "\t", static_cast<int>(ours.resolution), "\t",
                    ours.mode, "\t", theirs.mtime, "\t", static_cast<int>(theirs.resolution), "\t", theirs.mode, "\t",
                    entry.digest.text(), "\t", absl::CHexEscape(entry.file.staged), "\t",
                    absl::CHexEscape(entry.file.file), "\n");
  }
  return text;
}

absl::StatusOr<std::vector<UndoEntry>> ParseUndoList(absl::string_view text) {
  const auto damaged = [] { return MakeError(Failure::kState, "the list of renames is damaged"); };
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.empty() || lines[0] != absl::StrCat(kHead, " ", lines.size() - 1)) return damaged();
  lines.erase(lines.begin());
  std::vector<UndoEntry> entries;
  for (const absl::string_view line : lines) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, '\t');
    if (words.size() != 11) return damaged();
    UndoEntry entry{.file = {.index = entries.size()}, .digest = {}};
    FileStat &ours = entry.file.verified, &theirs = entry.file.parent;
    int our_resolution = 0, our_mode = 0, their_resolution = 0, their_mode = 0;
    const std::pair<absl::string_view, absl::string_view> crc = absl::StrSplit(words[8], absl::MaxSplits(' ', 1));
    const auto digest = crc.second.empty() ? Digest::FromHex(words[8]) : Digest::FromCrc(crc.first, crc.second);
    const bool good = absl::SimpleAtoi(words[0], &ours.inode) && absl::SimpleAtoi(words[1], &ours.size) &&
                      absl::SimpleAtoi(words[2], &ours.mtime) && absl::SimpleAtoi(words[3], &our_resolution) &&
                      absl::SimpleAtoi(words[4], &our_mode) && absl::SimpleAtoi(words[5], &theirs.mtime) &&
                      absl::SimpleAtoi(words[6], &their_resolution) && absl::SimpleAtoi(words[7], &their_mode) &&
                      digest && absl::CUnescape(words[9], &entry.file.staged) &&
                      absl::CUnescape(words[10], &entry.file.file) && !entry.file.file.empty();
    if (!good) return damaged();
    ours.resolution = static_cast<FileStat::Resolution>(our_resolution);
    theirs.resolution = static_cast<FileStat::Resolution>(their_resolution);
    ours.mode = static_cast<uint16_t>(our_mode);
    theirs.mode = static_cast<uint16_t>(their_mode);
    entry.digest = *digest;
    entries.push_back(std::move(entry));
  }
  return entries;
}

RemoteCommand PrepareUndo(const HostFacts& facts, const Lease& lease, absl::Span<const UndoEntry> entries,
                          bool follow_symlinks, absl::string_view mark) {
  const std::vector<Publication> files = FilesOf(entries);
  const std::string folder = UndoFolder(lease, lease.run);
  std::string script = PublishPrologue(facts, lease, StageOf(facts, files), follow_symlinks, mark);
  absl::StrAppend(&script, "U=", ShellLiteral(folder),
                  "; _ss_looking=yes; _ss_making=no; umask 077; rm -rf \"$U\"; mkdir -p \"$U\" || exit 9\n",
                  KeepIn(absl::StrCat(folder, "/old")), kLookForUndoScript, PiecesText(facts, files, "_ss_look"), R"(
[ $_ss_bad = no ] && cat >"$U/list.new" && { sync -f "$U" || sync; } >/dev/null 2>&1 && mv -f "$U/list.new" "$U/list" ||
  { rm -rf "$U"; rmdir "${U%/*}" 2>/dev/null; exit 9; }
)");
  return {.script = std::move(script), .input = UndoList(entries), .writes = true};
}

RemoteCommand PublishTogether(const HostFacts& facts, const Lease& lease, absl::string_view run,
                              absl::Span<const UndoEntry> entries, bool follow_symlinks, bool keep,
                              absl::string_view mark) {
  const std::string before =
      absl::StrCat("[ -f ", ShellLiteral(UndoFolder(lease, run) + "/list"), " ] || exit 73\ntrap '' HUP PIPE TERM\n");
  return PublishCommand(facts, lease, FilesOf(entries), follow_symlinks, keep, mark, before);
}

RemoteCommand TakeBack(const HostFacts& facts, const Lease& lease, absl::string_view run,
                       absl::Span<const UndoEntry> entries, bool follow_symlinks, absl::string_view mark) {
  std::string script = PublishPrologue(facts, lease, facts.root, follow_symlinks, mark);
  absl::StrAppend(&script, PiecesText(facts, {}, ""), "U=", ShellLiteral(UndoFolder(lease, run)),
                  "; _ss_making=no; trap '' HUP PIPE TERM\n", kGoBackScript);
  for (size_t i = 0; i < entries.size(); ++i) {
    const Publication& file = entries[i].file;
    absl::StrAppend(&script, "_ss_back ", i, " ", ShellLiteral(FolderOf(file.file)), " ",
                    ShellLiteral(absl::StrCat("./", NameOf(file.file))), " ", file.verified.inode, " ",
                    file.verified.size, "\n");
  }
  for (const absl::string_view folder : FoldersOf(entries))
    absl::StrAppend(&script, "_ss_unmake ", ShellLiteral(folder), "\n");
  absl::StrAppend(&script,
                  "[ $_ss_failed = yes ] || { cd \"$R\" && rm -rf \"$U\"; rmdir \"${U%/*}\" 2>/dev/null; }\n:\n");
  return {.script = std::move(script), .writes = true};
}

RemoteCommand ReadUndoList(const Lease& lease, absl::string_view run) {
  const std::string list = ShellLiteral(UndoFolder(lease, run) + "/list");
  return {.script = absl::StrCat("[ -f ", list, " ] || exit 4\ncat ", list, "\n"), .max_output = size_t{1} << 30};
}

RemoteCommand DropUndo(const Lease& lease, absl::string_view run) {
  const std::string folder = ShellLiteral(UndoFolder(lease, run));
  // The list goes first: without it the rest means nothing.
  return {.script = absl::StrCat(RequireLease(lease), "rm -f ", folder, "/list && rm -rf ", folder,
                                 " && { rmdir .sshsync/undo 2>/dev/null; :; }\n"),
          .writes = true};
}

}  // namespace sshsync
