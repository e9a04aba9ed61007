// What it costs to read a configuration of many sections: the dialect alone, and with every value validated.

#include <string>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "sshsync/config/ini/ini.h"
#include "sshsync/config/settings.h"

namespace sshsync {
namespace {

/// A root and `sections` children, with the keys of an ordinary file.
std::string Fleet(int64_t sections) {
  std::string text =
      "[DEFAULT]\nuser = deploy\nbase = /srv\npath = %(base)s/app\nlistcmd = find ${REPOPATH} -type f\n"
      "digestcmd = sha256sum ${FILEPATH} |\n    cut -d' ' -f1\n[master]\nhost = master.example.com\n";
  for (int64_t i = 0; i < sections; ++i) {
    absl::StrAppend(
        &text, "\n# node ", i, "\n[node", i, "]\nhost = node", i,
        ".example.com\nparent = master\nport = 2222\ngroup = all, rack", i % 40,
        "\nsynccmd = scp -p ${REMOTEUSER}@${REMOTEHOST}:${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}\ntimeout = 10m\n");
  }
  return text;
}

void BM_ParseIni(benchmark::State& state) {
  const std::string text = Fleet(state.range(0));
  for (auto _ : state) {
    DiagnosticCollector diagnostics("fleet.conf", text);
    benchmark::DoNotOptimize(IniFile::Parse(text, diagnostics));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}

void BM_ReadConfiguration(benchmark::State& state) {
  const std::string text = Fleet(state.range(0));
  for (auto _ : state) {
    const LoadedConfiguration loaded = ReadConfiguration("fleet.conf", text);
    if (!loaded.ok()) state.SkipWithError(std::string(loaded.status().message()).c_str());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}

BENCHMARK(BM_ParseIni)->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ReadConfiguration)->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sshsync
