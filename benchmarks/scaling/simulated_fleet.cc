#include "benchmarks/scaling/simulated_fleet.h"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sshsync {
namespace {

constexpr absl::string_view kRoot = "/srv/app";
constexpr absl::string_view kIsoTime = "2023-11-14 22:13:20.000000000 +0000";
constexpr absl::string_view kTime = "1700000000.0000000000";
constexpr int64_t kFirstInode = 1000;

// The single-quoted word that begins at `at`, with its '\'' undone; `at` moves behind it.
std::string TakeQuoted(absl::string_view text, size_t* at) {
  std::string word;
  size_t from = *at + 1;
  for (;;) {
    const size_t end = text.find('\'', from);
    if (end == absl::string_view::npos) break;
    word.append(text.data() + from, end - from);
    from = end + 1;
    if (!absl::StartsWith(text.substr(from), "\\''")) break;
    word += '\'';
    from += 3;
  }
  *at = from;
  return word;
}

// A file's number stands at the end of its name: `.../f0000042`. -1 for another name.
int64_t FileOf(absl::string_view name) {
  constexpr size_t kDigits = 7;
  name.remove_prefix(name.rfind('/') + 1);
  int64_t file = -1;
  return name.size() == kDigits + 1 && absl::ConsumePrefix(&name, "f") && absl::SimpleAtoi(name, &file) ? file : -1;
}

// All names that a command has been given: as quoted words, or as lines of a here-document.
template <class Take>
void ForEachName(absl::string_view text, Take take) {
  constexpr absl::string_view kBegin = "<<'_SS_NAMES'\n", kEnd = "_SS_NAMES";
  if (const size_t at = text.find(kBegin); at != absl::string_view::npos) {
    for (const absl::string_view line : absl::StrSplit(text.substr(at + kBegin.size()), '\n')) {
      if (line == kEnd) return;
      take(std::string(line));
    }
  }
  for (size_t at = text.find('\''); at != absl::string_view::npos; at = text.find('\'', at))
    take(TakeQuoted(text, &at));
}

// A number that every file has of its own, four times: what takes the place of its content.
std::string DigestOf(int64_t file) {
  uint64_t x = static_cast<uint64_t>(file) + 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  x ^= x >> 31;
  return absl::StrFormat("%016x%016x%016x%016x", x, x * 3, x * 5, x * 7);
}

// What is between two texts.
absl::string_view Between(absl::string_view text, absl::string_view before, absl::string_view after) {
  const size_t begin = text.find(before);
  if (begin == absl::string_view::npos) return "";
  text.remove_prefix(begin + before.size());
  return text.substr(0, text.find(after));
}

// What a trial of a host's tools prints; false for one that does not pass, or comes after one that did.
bool Trial(const std::string& action, absl::string_view text, std::string* out, std::set<std::string>* passed) {
  constexpr absl::string_view kSurvey[] = {"list", "digests", "sha256", "sha1", "md5", "sha512"};
  if (std::find(std::begin(kSurvey), std::end(kSurvey), action) == std::end(kSurvey))
    return passed->insert(action).second;
  if (absl::StrContains(text, "-printf '%P//%y%m")) {
    absl::StrAppend(out, "//d700 1 4096 ", kTime, " ", kTime, "\na b//f644 2 0 ", kTime, " ", kTime,
                    "\n-e\n'\"$(x)`\\*\\056\\n//f640 3 3 ", kTime, " ", kTime, "\n");
  } else if (absl::StrContains(text, "xargs -0 printf '[%s]'")) {
    *out += "[./a b][./-e\n'\"$(x)`\\*\\056\\n]";
  } else if (absl::StrContains(text, "openssl dgst -sha256 -r './a b'")) {
    *out +=
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 *./a b\n"
        "\\ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad *./-e\\n'\"$(x)`\\*\\056\\n\n";
  } else {
    return false;
  }
  return true;
}

std::string Facts() {
  return absl::StrCat(
      "uid 1000\nnow 20231115000000\nsystem Linux 6.1.0 x86_64\nstat c\ntar 1\ncpus 1\nwritable 1\naes 1\n",
      "df /dev/sda 1000000000 1000000 999000000 1% /\nroot ", kRoot, "\n");
}

[[noreturn]] void Unknown(absl::string_view script) {
  fprintf(stderr, "the simulated fleet does not know this command:\n%s\n", std::string(script).c_str());
  abort();
}

int64_t ThreadCpuNanoseconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

class SimulatedSession : public RemoteSession {
 public:
  SimulatedSession(SimulatedFleet& fleet, Endpoint host) : fleet_(fleet), host_(std::move(host)) {}
  absl::StatusOr<RemoteResult> Run(const RemoteCommand& command, OutputSink sink, ProgressProbe moved,
                                   const StopToken& stop) override {
    return fleet_.RunLong(host_, command, sink, moved, stop);
  }

 private:
  SimulatedFleet& fleet_;
  const Endpoint host_;
};

}  // namespace

SimulatedFleet::SimulatedFleet(SimulatedTime& time, const FleetShape& shape, const FleetPace& pace)
    : time_(time), shape_(shape), pace_(pace) {
  for (int i = 0; i <= shape.hosts; ++i) hosts_.push_back(std::make_unique<Host>());
  hosts_[0]->has.assign(static_cast<size_t>(shape.files), true);
  hosts_[0]->count = shape.files;
}

Configuration SimulatedFleet::configuration() const {
  Configuration configuration;
  for (int i = 0; i <= shape_.hosts; ++i) {
    Repository repository;
    repository.name = repository.endpoint.host = absl::StrCat("n", i);
    if (i > 0) repository.parent = absl::StrCat("n", ParentOf(i));
    repository.path = std::string(kRoot);
    repository.route = {Route::kPull};
    configuration.repositories.push_back(std::move(repository));
  }
  return configuration;
}

std::vector<std::vector<std::string>> SimulatedFleet::queue() const {
  std::vector<std::vector<std::string>> steps;
  std::vector<size_t> level(hosts_.size(), 0);
  for (int i = 1; i <= shape_.hosts; ++i) {
    level[static_cast<size_t>(i)] = level[static_cast<size_t>(ParentOf(i))] + 1;
    steps.resize(std::max(steps.size(), level[static_cast<size_t>(i)]));
    steps[level[static_cast<size_t>(i)] - 1].push_back(absl::StrCat("n", i));
  }
  return steps;
}

int SimulatedFleet::complete_hosts() const {
  return static_cast<int>(std::count_if(hosts_.begin() + 1, hosts_.end(),
                                        [this](const auto& host) { return host->count == shape_.files; }));
}

absl::StatusOr<RemoteResult> SimulatedFleet::Run(const Endpoint& host, const RemoteCommand& command,
                                                 const StopToken& stop) {
  std::string out;
  auto result = RunLong(
      host, command,
      [&out](absl::string_view bytes) {
        out.append(bytes.data(), bytes.size());
        return absl::OkStatus();
      },
      [] { return false; }, stop);
  if (result.ok()) result->out = std::move(out);
  return result;
}

absl::StatusOr<RemoteResult> SimulatedFleet::RunLong(const Endpoint& host, const RemoteCommand& command,
                                                     OutputSink sink, ProgressProbe, const StopToken& stop) {
  constexpr size_t kPiece = size_t{64} << 10;  // what a read of a pipe brings
  if (stop.stopped()) return stop.status();
  const int64_t begun = ThreadCpuNanoseconds();
  int number = 0;
  if (!absl::SimpleAtoi(absl::StripPrefix(host.host, "n"), &number)) abort();
  Reply reply = Answer(number, command.script);
  {
    const std::lock_guard lock(hosts_[static_cast<size_t>(number)]->mu);
    if (!std::exchange(hosts_[static_cast<size_t>(number)]->known, true)) reply.took += pace_.login;
  }
  ++commands_;
  cpu_nanoseconds_ += ThreadCpuNanoseconds() - begun;
  const int under_way = ++under_way_;
  for (int most = most_commands_; under_way > most && !most_commands_.compare_exchange_weak(most, under_way);) continue;
  if (!reply.at_once) time_.Sleep(pace_.round_trip + reply.took);
  --under_way_;
  for (absl::string_view rest = reply.out; !rest.empty(); rest.remove_prefix(std::min(kPiece, rest.size()))) {
    const absl::Status status = sink(rest.substr(0, kPiece));
    if (!status.ok()) return status;
  }
  return RemoteResult{.status = reply.status};
}

absl::StatusOr<std::unique_ptr<RemoteSession>> SimulatedFleet::Open(const Endpoint& host, const StopToken& stop) {
  if (stop.stopped()) return stop.status();
  time_.Sleep(pace_.round_trip);
  return std::unique_ptr<RemoteSession>(std::make_unique<SimulatedSession>(*this, host));
}

SimulatedFleet::Reply SimulatedFleet::Answer(int host, absl::string_view script) {
  Reply reply;
  if (const size_t at = script.find("_ss_mark() { "); at != absl::string_view::npos)
    return AnswerRecords(host, script.substr(at));
  if (absl::StrContains(script, "`uname -s -r -m")) {
    reply.out = Facts();
  } else if (absl::StrContains(script, "find . -name .sshsync -prune -o -printf")) {
    reply.out = List(host, reply);
  } else if (absl::StrContains(script, "if mkdir lock 2>/dev/null; then")) {
    reply.out = "ours\n";
  } else if (absl::StrContains(script, "_ss_piece() {")) {
    Publish(host, script, reply);
  } else if (absl::StrContains(script, "TZ=UTC0 stat -c '%n//x%f %i %s %y %z'")) {
    reply.out = Look(host, script, reply);
    // What grows is looked at once a second, whatever the simulated time is meanwhile.
    reply.at_once = absl::StrContains(script, "/.sshsync/in/");
  } else if (absl::StrContains(script, "lock/by-$L") ||
             absl::StrContains(script, "/.sshsync/in' 2>/dev/null || exit 0")) {
    // The lease's heartbeat, what is left in the stage, the end: there is nothing to say.
  } else if (absl::StrContains(script, "ControlMaster=yes")) {
    reply.took = pace_.login;
  } else if (!absl::StrContains(script, "-O exit") && !absl::StartsWith(script, "rm -rf '/tmp/.sshsync-")) {
    Unknown(script);
  }
  return reply;
}

// A RecordScript, or one behind the other, each with a mark of its own: `_ss_run TEXT; _ss_mark LABEL $?`, `_ss_trial
// KIND ... LABEL TEXT`, `_ss_transfer TEXT FOLDER`, each at the beginning of a line.
SimulatedFleet::Reply SimulatedFleet::AnswerRecords(int host, absl::string_view script) {
  Reply reply;
  std::string mark;
  std::set<std::string> passed;
  const auto end = [&](absl::string_view label, int status) {
    absl::StrAppend(&reply.out, "\n", mark, " ", label, " ", status, "\n");
  };
  for (size_t line = 0; line < script.size(); line = script.find('\n', line)) {
    if (line > 0 && ++line >= script.size()) break;
    absl::string_view rest = script.substr(line);
    if (absl::ConsumePrefix(&rest, "[ -n \"${_ss_enough-}\" ] || ")) line = script.size() - rest.size();
    if (absl::StartsWith(rest, "_ss_mark() { ")) mark = std::string(Between(rest, "echo; echo \"", " $1 $2"));
    const size_t quote = line + rest.find('\'');
    if (absl::StartsWith(rest, "_ss_trial ")) {
      const std::vector<absl::string_view> words =
          absl::StrSplit(rest.substr(0, rest.find('\'')), ' ', absl::SkipEmpty());
      line = quote;
      const std::string text = TakeQuoted(script, &line);
      if (words.size() < 3 || !Trial(std::string(words[1]), text, &reply.out, &passed)) continue;
      end(words.back(), 0);
    } else if (absl::StartsWith(rest, "_ss_transfer '")) {
      line = quote;
      TakeQuoted(script, &line);
      end("transfer", 0);
    } else if (absl::StartsWith(rest, "_ss_run '")) {
      line = quote;
      const std::string text = TakeQuoted(script, &line);
      const absl::string_view label = Between(script.substr(line), "_ss_mark ", " ");
      if (absl::StrContains(text, "`uname -s -r -m")) {
        reply.out += Facts();
        end(label, 0);
      } else if (absl::StrContains(text, "stat -c '%n//x%f")) {
        reply.out += Look(host, text, reply);
        end(label, 0);
      } else if (absl::StrContains(text, "dgst -sha256")) {
        std::vector<int64_t> files;
        reply.out += DigestsOf(text, reply, &files);
        // What is in the stage was brought by this script.
        if (absl::StrContains(text, "/.sshsync/in/")) reply.took += Transfer(host, static_cast<int64_t>(files.size()));
        end(label, absl::StrContains(text, "/.sshsync-none-") ? 1 : 0);
      } else {
        Unknown(script);
      }
    }
  }
  return reply;
}

std::string SimulatedFleet::List(int host, Reply& reply) const {
  const Host& of = *hosts_[static_cast<size_t>(host)];
  const std::lock_guard lock(of.mu);
  std::string out = absl::StrCat("//d755 1 4096 ", kTime, " ", kTime, "\n");
  if (of.count == 0) return out;
  for (int64_t file = 0; file < shape_.files; ++file) {
    if (!of.has[static_cast<size_t>(file)]) continue;
    absl::StrAppend(&out, NameOf(file), "//f644 ", kFirstInode + file, " ", shape_.file_bytes, " ", kTime, " ", kTime,
                    "\n");
  }
  reply.took = NamesTake(of.count);
  return out;
}

std::string SimulatedFleet::Look(int host, absl::string_view text, Reply& reply) const {
  std::string out;
  const bool staged = absl::StrContains(text, "/.sshsync/in/");
  int64_t count = 0;
  ForEachName(text, [&](const std::string& name) {
    const int64_t file = FileOf(name);
    if (file < 0 || (!staged && !Has(host, file))) return;
    ++count;
    absl::StrAppend(&out, name, "//x81a4 ", kFirstInode + file, " ", shape_.file_bytes, " ", kIsoTime, " ", kIsoTime,
                    "\n");
  });
  reply.took += NamesTake(count);
  return out;
}

std::string SimulatedFleet::DigestsOf(absl::string_view text, Reply& reply, std::vector<int64_t>* files) const {
  std::string out;
  ForEachName(text, [&](const std::string& name) {
    const int64_t file = FileOf(name);
    if (file < 0) return;
    files->push_back(file);
    absl::StrAppend(&out, DigestOf(file), " *", name, "\n");
  });
  const double bytes = static_cast<double>(shape_.file_bytes) * static_cast<double>(files->size());
  reply.took += NamesTake(static_cast<int64_t>(files->size())) + absl::Seconds(bytes / pace_.disk);
  return out;
}

// A parent's uplink sends one after the other what its children ask for.
absl::Duration SimulatedFleet::Transfer(int host, int64_t files) {
  Host& parent = *hosts_[static_cast<size_t>(ParentOf(host))];
  const absl::Duration takes = absl::Seconds(static_cast<double>(files * shape_.file_bytes) / pace_.uplink),
                       now = time_.Now();
  const std::lock_guard lock(parent.mu);
  parent.sends_until = std::max(parent.sends_until, now) + takes;
  return parent.sends_until - now + NamesTake(files);
}

// The names of a piece stand in its function, `_ss_pK() { "$@" "$A"'NAME' ...; }`.
void SimulatedFleet::Publish(int host, absl::string_view script, Reply& reply) {
  const std::string mark(Between(script, "M=", ";"));
  Host& of = *hosts_[static_cast<size_t>(host)];
  const std::lock_guard lock(of.mu);
  of.has.resize(static_cast<size_t>(shape_.files));
  int64_t count = 0;
  for (size_t at = script.find("\n_ss_p0() {"); at != absl::string_view::npos; at = script.find('\n', at + 1)) {
    const absl::string_view line = script.substr(at + 1);
    if (absl::StartsWith(line, "_ss_piece ")) {
      absl::StrAppend(&reply.out, "\n", mark, " ", Between(line, "_ss_piece ", " "), " 0\n");
    } else if (absl::StartsWith(line, "_ss_p")) {
      ForEachName(line.substr(0, line.find('\n')), [&](const std::string& name) {
        const int64_t file = FileOf(name);
        if (file < 0) return;
        ++count;
        if (!of.has[static_cast<size_t>(file)]) ++of.count;
        of.has[static_cast<size_t>(file)] = true;
      });
    }
  }
  if (count == 0) Unknown(script);
  reply.took = NamesTake(count);
}

bool SimulatedFleet::Has(int host, int64_t file) const {
  const Host& of = *hosts_[static_cast<size_t>(host)];
  const std::lock_guard lock(of.mu);
  return static_cast<size_t>(file) < of.has.size() && of.has[static_cast<size_t>(file)];
}

std::string SimulatedFleet::NameOf(int64_t file) const { return absl::StrFormat("d%04d/f%07d", file / 1000, file); }

}  // namespace sshsync
