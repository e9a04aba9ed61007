#include "sshsync/stage/lease.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "sshsync/base/status.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/stage/scripts.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

bool IsRunId(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
  });
}

std::string Enter(const Lease& lease) {
  return absl::StrCat("L=", ShellLiteral(lease.run), "; C=", ShellLiteral(lease.controller),
                      "; K=", ShellLiteral(lease.lock), "\ncd ", ShellLiteral(lease.root), " || exit 72\n");
}

absl::Time ParseStamp(absl::string_view stamp) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%E4Y%m%d%H%M%S", stamp, &time, &error)) return absl::InfinitePast();
  return time;
}

}  // namespace

RemoteCommand ClaimCommand(const Lease& lease) {
  return {.script = absl::StrCat(Enter(lease), kClaimLeaseScript), .writes = true};
}

absl::StatusOr<LeaseState> ParseClaim(const RemoteResult& result) {
  if (result.status != 0) {
    return MakeError(FailureFromWords(result.err, result.status, Failure::kPermission),
                     absl::StrCat("cannot use .sshsync: ", CleanForTerminal(absl::StripAsciiWhitespace(result.err))));
  }
  LeaseState state;
  absl::Time beat = absl::InfinitePast(), now = absl::InfinitePast();
  for (const absl::string_view line : absl::StrSplit(result.out, '\n')) {
    const std::pair<absl::string_view, absl::string_view> words = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    if (words.first == "ours") state.held_by_us = true;
    if (words.first == "undo" && IsRunId(words.second)) state.undo.emplace_back(words.second);
    if (words.first == "run") state.run = std::string(words.second);
    if (words.first == "controller") state.controller = std::string(words.second);
    if (words.first == "key") state.lock = std::string(words.second);
    if (words.first == "beat") beat = ParseStamp(words.second);
    if (words.first == "now") now = ParseStamp(words.second);
  }
  state.age = beat == absl::InfinitePast() ? absl::InfiniteDuration() : absl::AbsDuration(now - beat);
  return state;
}

RemoteCommand TakeOverCommand(const Lease& lease, absl::string_view dead_run) {
  // The heartbeat and the key come first: at no moment is there a holder whom others find dead although it lives, or
  // whose own controller cannot tell that it is dead. Each key has the name of its holder, so that the renaming of the
  // token changes both.
  return {.script = absl::StrCat(Enter(lease), "D=", ShellLiteral(dead_run), R"(
( cd .sshsync && [ ! -h lock ] && cd lock || exit
  if [ -f "by-$D" ]; then
    date -u +%Y%m%d%H%M%S >beat && echo "$K" >"key-$L" &&
      if mv "by-$D" "by-$L"; then rm -f "key-$D"; echo "$C" >controller; else rm -f "key-$L"; fi
    exit
  fi
  [ -n "$D" ] || ls | grep ^by- >/dev/null || { rm -f beat beat.new controller key-*; cd .. && rmdir lock; }
) 2>/dev/null
)",
                                 kClaimLeaseScript),
          .writes = true};
}

RemoteCommand BeatCommand(const Lease& lease) {
  return {.script = absl::StrCat(RequireLease(lease),
                                 "cd .sshsync/lock && date -u +%Y%m%d%H%M%S >beat.new && mv -f beat.new beat\n"),
          .writes = true};
}

RemoteCommand ReleaseCommand(const Lease& lease, bool keep_stage, absl::string_view before) {
  const std::string stage = lease.stage.empty() ? ".sshsync/in" : ShellLiteral(lease.stage);
  std::string script = absl::StrCat(RequireLease(lease), before);
  if (keep_stage) {
    absl::StrAppend(&script, "[ -d ", stage, " ] && find ", stage,
                    "/* -prune -mtime +7 -exec rm -rf {} \\; 2>/dev/null\n");
  } else {
    absl::StrAppend(&script, "rm -rf ", stage, "\n");
  }
  // Gone at once: what is half removed is nobody's.
  return {.script = absl::StrCat(script, "cd .sshsync && mv lock \"gone-$L\" && rm -rf gone-*\n"), .writes = true};
}

std::string RequireLease(const Lease& lease) {
  return absl::StrCat(Enter(lease),
                      "[ ! -h .sshsync ] && [ ! -h .sshsync/lock ] && [ -f \".sshsync/lock/by-$L\" ] || { echo 'the "
                      "lease was lost' >&2; exit 71; }\n");
}

}  // namespace sshsync
