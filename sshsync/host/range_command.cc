#include "sshsync/host/range_command.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr size_t kMaxOutput = size_t{16} << 20;  // of one command

std::string Set(absl::string_view name, absl::string_view value) {
  return absl::StrCat(name, "=", ShellLiteral(value), "\n");
}

std::pair<std::string, std::string> FolderAndName(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return {std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

std::string FoldersText(absl::string_view staged, absl::string_view attempt) {
  return absl::StrCat("( umask 077; mkdir -p ", ShellLiteral(FolderAndName(attempt).first), " && mkdir ",
                      ShellLiteral(attempt), " && mkdir -p ", ShellLiteral(FolderAndName(staged).first),
                      " ) || exit 1\n");
}

std::string SizeText(absl::string_view staged, int64_t size, const HostTools& child) {
  return absl::StrCat(Set("STAGED", staged), "SIZE=", size, " LAST=", std::max<int64_t>(size - 1, 0), "\n",
                      child.text("size"));
}

// The last line of what a command said, where the cause stands; dd's counts are none.
std::string Cause(absl::string_view output) {
  constexpr size_t kSaid = 400;  // bytes
  std::string last;
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipWhitespace())) {
    if (absl::StrContains(line, " records ") || absl::StrContains(line, " copied, ") ||
        absl::StrContains(line, " bytes transferred"))
      continue;
    last = CleanForTerminal(absl::StripAsciiWhitespace(line).substr(0, kSaid));
  }
  return last;
}

}  // namespace

std::string ReaderText(const RangeStep& step, const HostTools& parent) {
  std::string text = Set("FILEPATH", step.wanted);
  if (step.fallback != step.wanted) absl::StrAppend(&text, "[ -f \"$FILEPATH\" ] || ", Set("FILEPATH", step.fallback));
  if (step.pace <= 0)
    return absl::StrCat(text, "SKIP=", step.first_block(), " COUNT=", step.blocks(), "\n", parent.text("read"), "\n");
  // Paced: so many blocks, then a rest. What the reading itself takes makes it a little slower than allowed, never
  // faster.
  return absl::StrCat(text, "_ss_read() {\n", parent.text("read"), "\n}\nSKIP=", step.first_block(),
                      " _ss_end=", step.first_block() + step.blocks(), " COUNT=", step.pace,
                      "\nwhile [ $SKIP -lt $_ss_end ]; do\n  _ss_left=`expr $_ss_end - $SKIP`\n  [ $COUNT -le "
                      "$_ss_left ] || COUNT=$_ss_left\n",
                      "  _ss_read || exit $?\n  SKIP=`expr $SKIP + $COUNT`\n  [ $SKIP -ge $_ss_end ] || sleep ",
                      step.rest, "\ndone\n");
}

std::string WriterText(const RangeStep& step, const HostTools& child) {
  return absl::StrCat(Set("STAGED", step.staged), "SEEK=", step.first_block(), "\n", child.text("write"), "\n");
}

std::string CopyText(const RangeStep& step, const HostTools& child) {
  if (step.zeros) return ":\n";
  return absl::StrCat(Set("FILEPATH", step.local), Set("STAGED", step.staged), "SKIP=", step.first_block(),
                      " COUNT=", step.blocks(), "\n", child.text("copy"), "\n");
}

std::string CreateText(absl::string_view staged, absl::string_view attempt, int64_t size, const HostTools& child) {
  return absl::StrCat(FoldersText(staged, attempt), SizeText(staged, size, child), "\n");
}

std::string ChunksText(absl::string_view file, int64_t first, int64_t count, int64_t blocks_per_chunk,
                       absl::string_view chunks_text) {
  return absl::StrCat(Set("FILEPATH", file), "SKIP=", first * blocks_per_chunk, " NCHUNK=", count,
                      " BLOCKS=", blocks_per_chunk, "\n", chunks_text, "\n");
}

std::vector<Digest> ParseChunks(absl::string_view output) {
  std::vector<Digest> digests;
  for (absl::string_view line : absl::StrSplit(output, '\n', absl::SkipWhitespace())) {
    line = absl::StripAsciiWhitespace(line);
    // openssl without -r, and BSD's tools, have it at the end.
    const size_t blank = line.find(' '), last = line.rfind(' ');
    auto digest = Digest::FromHex(line.substr(0, blank));
    if (!digest && last != absl::string_view::npos) digest = Digest::FromHex(line.substr(last + 1));
    if (!digest) break;
    digests.push_back(*digest);
  }
  return digests;
}

absl::StatusOr<DigestResult> ParseChunksAnswer(absl::string_view output, int64_t size, int64_t chunk,
                                               absl::string_view algorithm) {
  if (absl::StripAsciiWhitespace(output) == kNoFile) return DigestResult{.missing = true, .digest = {}};
  if (absl::StartsWith(output, kClosedFile)) return MakeError(Failure::kPermission, "Permission denied");
  ChunkList list{.chunk = chunk, .digests = ParseChunks(output)};
  if (static_cast<int64_t>(list.digests.size()) != ChunkCount(size, chunk))
    return MakeError(Failure::kBadDigest, "the digest tool gave no digests of its chunks");
  SSHSYNC_ASSIGN_OR_RETURN(const Digest digest, DigestOfChunks(list, algorithm));
  return DigestResult{.missing = false, .digest = digest, .chunks = std::make_shared<const ChunkList>(std::move(list))};
}

int64_t BlocksWritten(absl::string_view said) {
  int64_t blocks = 0;
  for (const absl::string_view line : absl::StrSplit(said, '\n', absl::SkipWhitespace())) {
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (absl::EndsWith(text, " records out") && !absl::SimpleAtoi(text.substr(0, text.find('+')), &blocks)) blocks = 0;
  }
  return blocks;
}

RangeScript::RangeScript(const RangeStep& step, absl::string_view bring, absl::string_view chunks_text,
                         const HostFacts& facts)
    : RangeScript(step, bring, chunks_text, facts, RandomMark()) {}

RangeScript::RangeScript(const RangeStep& step, absl::string_view bring, absl::string_view chunks_text,
                         const HostFacts& facts, const std::string& mark)
    : facts_(facts), name_(FolderAndName(step.staged).second), script_(mark), reader_(mark, kMaxOutput) {
  // Descriptor 9 keeps the substitution open as long as anything that was left in the background is alive: it may write
  // what was verified.
  script_.AddRaw(
      "_ss_bring() {\n  { _ss_ok=`_ss_run \"$1\" 9>&1 >&8 2>&1 8>&-; echo $?`; } 8>&1\n  _ss_mark bring $_ss_ok\n}\n");
  if (!bring.empty())
    script_.AddRaw(absl::StrCat("_ss_bring ", ShellLiteral(bring), "\nif [ $_ss_ok = 0 ]",
                                step.look_always ? " || :" : "", "; then\n"));
  script_.Add("chunks",
              ChunksText(step.staged, step.range.first, step.range.count, step.blocks_per_chunk, chunks_text));
  script_.Add("stat", StatText(facts, FolderAndName(step.staged).first, {name_}));
  if (!bring.empty()) script_.AddRaw("fi\n");
}

absl::Status RangeScript::Feed(absl::string_view bytes) {
  return reader_.Feed(bytes, [this](const Record& record) {
    if (record.label == "bring") {
      writer_ended_ = true;
      result_.blocks = BlocksWritten(record.output);
      if (record.status == 0) return absl::OkStatus();
      const std::string cause = Cause(record.output);
      result_.brought =
          MakeError(FailureFromWords(record.output, record.status, Failure::kCommandFailed),
                    absl::StrCat("the transfer ended with status ", record.status, cause.empty() ? "" : ": ", cause));
      result_.output = record.output;
      result_.exit_status = record.status;
    } else if (record.label == "chunks") {
      result_.digests = ParseChunks(record.output);
    } else {
      const auto stats = ParseStats(facts_, record.output, {name_});
      result_.stat = stats[0];
      result_.checked = true;
    }
    return absl::OkStatus();
  });
}

}  // namespace sshsync
