// Writes pages of made-up runs into a folder, for tests that look at them with a browser, and for people who change how
// they look: `write_sample FOLDER` makes good.html, bad.html, many.html and killed.html.

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/cli/page/page.h"

namespace sshsync::page {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'767'405'612);

absl::Time At(double seconds) { return kStart + absl::Seconds(seconds); }

RepositoryReport Hop(absl::string_view name, absl::string_view parent, int step, double from, double to, int64_t copied,
                     int64_t bytes) {
  return {.name = std::string(name),
          .parent = std::string(parent),
          .host = absl::StrCat(name, ".example"),
          .step = step,
          .outcome = Outcome::kChanged,
          .started = At(from),
          .ended = At(to),
          .kept = 1204,
          .copied = copied,
          .replaced = copied / 3,
          .bytes = bytes};
}

/// Four streams, which carry `bytes` between two times, the last one faster than the first.
void Carry(RunRecord& record, absl::string_view name, double from, double to, int64_t bytes) {
  constexpr int kStreams = 4, kBlocks = 14;
  for (int stream = 0; stream < kStreams; ++stream) {
    for (int block = 0; block < kBlocks; ++block) {
      const double width = (to - from) / kBlocks, begin = from + block * width + stream * width / 9;
      record.blocks.push_back({.repository = std::string(name),
                               .stream = stream,
                               .began = At(begin),
                               .ended = At(begin + width * (0.62 + 0.05 * ((block * 7 + stream * 3) % 6))),
                               .path = block == 3 ? absl::StrCat("conf/part", stream)
                                                  : absl::StrCat("db/update 2026-01/full.dump.", stream),
                               .files = block == 3 ? 212 : 1,
                               .bytes = bytes / (kStreams * kBlocks)});
    }
  }
}

RunRecord Base() {
  RunRecord record{.exit_code = 0, .options = "jobs 8", .config = "/etc/sshsync/sshsync.conf", .pid = 1};
  record.report = {.run = "20260103-020012-77aa",
                   .verb = "sync",
                   .queue = {{"repoproxy"}, {"appnode1", "appnode2", "appnode3"}},
                   .started = kStart,
                   .ended = At(104)};
  record.report.repositories = {Hop("repoproxy", "repomaster", 1, 0.3, 71, 18, 1'932'000'000),
                                Hop("appnode1", "repoproxy", 2, 0.4, 88, 18, 1'932'000'000),
                                Hop("appnode2", "repoproxy", 2, 0.4, 97, 18, 1'932'000'000),
                                Hop("appnode3", "repoproxy", 2, 0.4, 104, 18, 1'932'000'000)};
  Carry(record, "repoproxy", 7, 68, 1'610'000'000);
  Carry(record, "appnode1", 12, 85, 1'610'000'000);
  Carry(record, "appnode2", 13, 94, 1'610'000'000);
  Carry(record, "appnode3", 14, 101, 1'610'000'000);
  return record;
}

RunRecord Bad() {
  RunRecord record = Base();
  record.exit_code = 6;
  RepositoryReport& one = record.report.repositories[1];
  one.outcome = Outcome::kFailed;
  one.failed = 14;
  for (int i = 0; i < 13; ++i) {
    one.files.push_back({.path = absl::StrCat("lib/<b>module</b>-", i, ".jar"),
                         .action = "copy",
                         .bytes = 52'000,
                         .failure = Failure::kNoSpace,
                         .message = "No space left on device",
                         .command = "cat > \"$STAGED\"",
                         .output = "cat: write error: No space left on device\n",
                         .exit_status = 1,
                         .attempts = 1});
  }
  one.files.push_back({.path = "odd \x1b[31m\"name\"\xff & <script>alert(1)</script>.bin",
                       .action = "replace",
                       .failure = Failure::kDigestMismatch,
                       .message = "the digest of what arrived is another one",
                       .command = "scp -p master:'/srv/app/odd' odd",
                       .output = "odd  100%  52KB\nlost connection\n<!-- -->",
                       .exit_status = 255,
                       .attempts = 5});
  RepositoryReport& two = record.report.repositories[2];
  two.outcome = Outcome::kFailed;
  two.failure = Failure::kAuth;
  two.message = "Permission denied (publickey); ssh deploy@10.0.0.3; repository \"appnode2\"";
  two.output = "deploy@10.0.0.3: Permission denied (publickey).\r\n";
  two.copied = two.replaced = two.kept = two.bytes = 0;
  two.ended = At(2.2);
  std::erase_if(record.blocks, [](const MovedBlock& block) { return block.repository == "appnode2"; });
  RepositoryReport& three = record.report.repositories[3];
  three.parent = "appnode1";
  three.outcome = Outcome::kWaiting;
  three.failure = Failure::kWaiting;
  three.message = "14 files wait for appnode1";
  return record;
}

RunRecord Many() {
  RunRecord record = Base();
  record.report.queue = {{"repoproxy"}, {"@nodes"}};
  record.report.repositories.resize(1);
  record.blocks.clear();
  Carry(record, "repoproxy", 7, 68, 1'610'000'000);
  for (int i = 1; i <= 200; ++i) {
    const std::string name = absl::StrCat("appnode", i < 10 ? "00" : i < 100 ? "0" : "", i);
    record.report.repositories.push_back(Hop(name, "repoproxy", 2, 0.5, 76 + i % 17, 18, 42'000'000));
    Carry(record, name, 70, 74 + i % 17, 42'000'000);
    if (i % 67 == 0) {
      record.report.repositories.back().outcome = Outcome::kFailed;
      record.report.repositories.back().failure = Failure::kTimeout;
      record.report.repositories.back().message = "no progress for 300 seconds";
      record.exit_code = 6;
    }
  }
  return record;
}

RunRecord Killed() {
  RunRecord record = Base();
  record.exit_code = absl::nullopt;
  record.report.ended = absl::InfiniteFuture();
  for (size_t i : {2, 3}) {
    RepositoryReport& report = record.report.repositories[i];
    report = {.name = report.name, .parent = report.parent, .step = 2, .outcome = Outcome::kStopped};
  }
  std::erase_if(record.blocks, [](const MovedBlock& block) {
    return block.repository != "repoproxy" && block.repository != "appnode1";
  });
  return record;
}

std::vector<RunRecord> History(const RunRecord& newest) {
  std::vector<RunRecord> runs = {newest};
  for (int i = 1; i < 40; ++i) {
    RunRecord run = Base();
    run.report.run = absl::StrCat("202512", 31 - i % 28, "-020012-", 1000 + i);
    run.report.started = kStart - absl::Hours(24 * i);
    run.report.ended = run.report.started + absl::Seconds(40 + (i * 37) % 90);
    if (i % 9 == 4) run.exit_code = 6;
    if (i == 11) run.exit_code = 9;
    if (i == 17) run.exit_code = absl::nullopt, run.report.ended = absl::InfiniteFuture();
    runs.push_back(run);
  }
  return runs;
}

bool Write(const std::string& path, const RunRecord& record) {
  const PageInput input{.history = History(record),
                        .now = At(3600),
                        .zone = absl::UTCTimeZone(),
                        .alive = [](int) { return false; },
                        .version = "1.0.0"};
  std::ofstream file(path);
  file << RunPage(record, input);
  return static_cast<bool>(file);
}

}  // namespace
}  // namespace sshsync::page

int main(int argc, char** argv) {
  using namespace sshsync::page;  // NOLINT: the whole of a short main
  if (argc != 2) return 2;
  const std::string folder = argv[1];
  return Write(folder + "/good.html", Base()) && Write(folder + "/bad.html", Bad()) &&
                 Write(folder + "/many.html", Many()) && Write(folder + "/killed.html", Killed())
             ? 0
             : 1;
}
