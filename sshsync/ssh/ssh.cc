#include "sshsync/ssh/ssh.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"

namespace sshsync {
namespace {

constexpr size_t kMaxLines = 20;    // that are searched
constexpr size_t kMaxQuoted = 400;  // bytes in a message
constexpr int kSshFailed = 255, kNoProgram = 127;

/// What ssh prints, and what it means. The first row of which a line is found counts: certain and permanent causes come
/// first, since ssh ends with a general line ("Connection closed by ...") after many of them.
struct Row {
  absl::string_view needle;
  Failure failure;
};
constexpr Row kRows[] = {
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", Failure::kHostKey},
    {"Host key verification failed", Failure::kHostKey},
    {"host key is known for", Failure::kHostKey},
    {"no matching host key type", Failure::kHostKey},
    {"Permission denied (", Failure::kAuth},
    {"Too many authentication failures", Failure::kAuth},
    {"ccount has expired", Failure::kAuth},
    {"assword has expired", Failure::kAuth},
    {"ccount is locked", Failure::kAuth},
    {"Unable to negotiate", Failure::kAuth},
    {"Bad owner or permissions", Failure::kAuth},
    {"ad configuration option", Failure::kAuth},
    {"Can't open user config file", Failure::kAuth},
    {"Temporary failure in name resolution", Failure::kUnreachable},
    {"Could not resolve hostname", Failure::kNameUnknown},
    {"Name or service not known", Failure::kNameUnknown},
    {"not responding", Failure::kTimeout},
    {"timed out during banner exchange", Failure::kTimeout},
    {"connect to host", Failure::kUnreachable},
    {"open failed", Failure::kUnreachable},
    {"Connection closed", Failure::kUnreachable},
    {"Connection reset", Failure::kUnreachable},
    {"closed by remote host", Failure::kUnreachable},
    {"Broken pipe", Failure::kUnreachable},
};

/// The last lines that are not empty, in order.
std::vector<std::string> LastLines(absl::string_view text) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (!line.empty()) lines.emplace_back(line);
  }
  if (lines.size() > kMaxLines) lines.erase(lines.begin(), lines.end() - kMaxLines);
  return lines;
}

std::string Printable(absl::string_view text) {
  std::string result;
  for (const char c : text.substr(0, kMaxQuoted)) {
    if (absl::ascii_isprint(static_cast<unsigned char>(c))) {
      result += c;
    } else {
      absl::StrAppend(&result, "\\x", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  if (text.size() > kMaxQuoted) result += "...";
  return result;
}

/// The line without ssh's own name and full stop, for what follows it in a message.
std::string Bare(absl::string_view line) {
  absl::ConsumePrefix(&line, "ssh: ");
  absl::ConsumeSuffix(&line, ".");
  return Printable(line);
}

absl::string_view Lead(Failure failure) {
  switch (failure) {
    case Failure::kHostKey:
      return "host key refused: ";
    case Failure::kNoShell:
      return "the account gives no shell: ";
    default:
      return "";
  }
}

absl::Status Unlisted(const SshEnd& end) {
  if (!end.ready && !end.end.signalled && end.end.code != kSshFailed) {
    const std::vector<std::string> lines = LastLines(absl::StrCat(end.err, "\n", end.out));
    const std::string text =
        lines.empty() ? absl::StrCat("it ", end.end.Describe(), " without a word") : absl::StrJoin(lines, " / ");
    return MakeError(Failure::kNoShell, absl::StrCat(Lead(Failure::kNoShell), Printable(text)));
  }
  const std::vector<std::string> lines = LastLines(end.err);
  const std::string what = absl::StrCat(end.ready ? "connection lost" : "no connection", ": ssh ", end.end.Describe());
  return MakeError(Failure::kUnreachable, lines.empty() ? what : absl::StrCat(what, ", ", Printable(lines.back())));
}

absl::Status Cause(const SshEnd& end) {
  const std::vector<std::string> lines = LastLines(end.err);
  if (!end.end.signalled && end.end.code == kSshFailed) {
    for (const Row& row : kRows) {
      const auto found = std::find_if(lines.begin(), lines.end(),
                                      [&](const std::string& line) { return absl::StrContains(line, row.needle); });
      if (found == lines.end()) continue;
      // A login that worked cannot have been refused: what looks like it was printed by a command.
      if (end.ready && InfoOf(row.failure).code != absl::StatusCode::kUnavailable) continue;
      return MakeError(row.failure, absl::StrCat(Lead(row.failure), Bare(*found)));
    }
  }
  return Unlisted(end);
}

}  // namespace

ProcessOptions ShellAt(const Endpoint& host, const SshOptions& options) {
  return CommandAt(host, absl::StrCat("exec ", host.shell), options);
}

ProcessOptions CommandAt(const Endpoint& host, absl::string_view command, const SshOptions& options) {
  const std::string words(command);
  if (host.transport == Transport::kLocal) return {.argv = {"/bin/sh", "-c", words}, .input = true};

  std::vector<std::string> argv = host.ssh;
  argv.push_back("-T");
  const auto set = [&argv](absl::string_view option) { argv.insert(argv.end(), {"-o", std::string(option)}); };
  set("BatchMode=yes");
  set(absl::StrCat("ConnectTimeout=",
                   std::max<int64_t>(1, absl::ToInt64Seconds(absl::Ceil(host.connect_timeout, absl::Seconds(1))))));
  set(absl::StrCat("ServerAliveInterval=",
                   std::max<int64_t>(1, absl::ToInt64Seconds(absl::Ceil(options.alive_interval, absl::Seconds(1))))));
  set(absl::StrCat("ServerAliveCountMax=", options.alive_count));
  set("LogLevel=ERROR");  // banners stay out; what explains a failure comes through whatever the user's configuration
                          // says
  set("RequestTTY=no");
  set("EscapeChar=none");
  set("ForwardAgent=no");
  set("ForwardX11=no");
  set("ClearAllForwardings=yes");
  set("PermitLocalCommand=no");
  set(options.master ? "ControlMaster=yes" : "ControlMaster=no");
  set(absl::StrCat("ControlPath=", options.control_path.empty() ? "none" : options.control_path));
  set("ControlPersist=no");
  if (options.compress && host.compress) argv.push_back("-C");
  if (host.port != 0) argv.insert(argv.end(), {"-p", absl::StrCat(host.port)});
  if (!host.identity.empty()) argv.insert(argv.end(), {"-i", host.identity});
  if (!host.jump.empty()) argv.insert(argv.end(), {"-J", host.jump});
  if (!host.user.empty()) argv.insert(argv.end(), {"-l", host.user});
  argv.insert(argv.end(), {"--", host.host, words});
  return {.argv = std::move(argv), .environment = {"LC_ALL=C"}, .input = true};
}

std::string Describe(const Endpoint& host) {
  if (host.transport == Transport::kLocal) return "this machine";
  return absl::StrCat("ssh ", host.user, host.user.empty() ? "" : "@", host.host,
                      host.port == 0 ? "" : absl::StrCat(" port ", host.port));
}

absl::Status ClassifySshFailure(const Endpoint& host, const SshEnd& end) {
  return Annotate(Cause(end), Describe(host));
}

absl::Status ClassifyPeerFailure(const Endpoint& far, absl::optional<int> status, absl::string_view said) {
  if (status == kNoProgram) {
    return MakeError(Failure::kCommandNotFound,
                     CleanForTerminal(absl::StripAsciiWhitespace(said).substr(0, kMaxQuoted)));
  }
  return ClassifySshFailure(far, {.end = {.signalled = false, .code = status.value_or(kSshFailed)},
                                  .ready = false,
                                  .out = "",
                                  .err = std::string(said)});
}

bool IsAboutTheConnection(absl::string_view said) {
  for (const absl::string_view words :
       {"connect to host", "Could not resolve hostname", "Permission denied (", "Host key verification failed"}) {
    if (absl::StrContains(said, words)) return true;
  }
  return false;
}

}  // namespace sshsync
