// What filters cost: rules (the first argument) over paths in order (the second), by re2 and, beside it, by the C
// library's fnmatch asked once a rule, which knows neither `**` nor folders that hide what is in them.
#include <fnmatch.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "benchmark/benchmark.h"
#include "sshsync/text/filter.h"

namespace sshsync {
namespace {

std::vector<std::string> Rules(int64_t count) {
  std::vector<std::string> rules;
  for (int64_t i = 0; i < count; ++i) {
    switch (i % 4) {
      case 0:
        rules.push_back(absl::StrCat("- *.tmp", i));
        break;
      case 1:
        rules.push_back(absl::StrCat("- /module", i, "/cache/"));
        break;
      case 2:
        rules.push_back(absl::StrCat("- part", i, "/*.log"));
        break;
      default:
        rules.push_back(absl::StrCat("- data-", i, "-[0-9]*"));
    }
  }
  return rules;
}

std::vector<std::string> Paths(int64_t count) {
  std::vector<std::string> paths;
  for (int64_t i = 0; i < count; ++i)
    paths.push_back(absl::StrFormat("module%03d/part%03d/file-%06d.bin", i / 10'000, i / 100 % 100, i));
  return paths;
}

void BM_Filter(benchmark::State& state) {
  const auto filter = Filter::Parse(Rules(state.range(0)));
  const std::vector<std::string> paths = Paths(state.range(1));
  int64_t selected = 0;
  for (auto _ : state) {
    Filter::LastFolder last;
    for (const std::string& path : paths) selected += filter->Selects(path, &last);
  }
  if (selected == 0) state.SkipWithError("nothing was selected");
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(BM_Filter)
    ->Args({3, 10'000})
    ->Args({30, 10'000})
    ->Args({1000, 1'000})
    ->Args({1000, 1'000'000})
    ->Unit(benchmark::kMillisecond);

void BM_Fnmatch(benchmark::State& state) {
  std::vector<std::string> rules = Rules(state.range(0));
  for (std::string& rule : rules) rule = rule.substr(2);
  const std::vector<std::string> paths = Paths(state.range(1));
  for (auto _ : state) {
    for (const std::string& path : paths) {
      for (const std::string& rule : rules) benchmark::DoNotOptimize(fnmatch(rule.c_str(), path.c_str(), FNM_PATHNAME));
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(BM_Fnmatch)->Args({3, 10'000})->Args({30, 10'000})->Args({1000, 1'000})->Unit(benchmark::kMillisecond);

void BM_ParseFilter(benchmark::State& state) {
  const std::vector<std::string> rules = Rules(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(Filter::Parse(rules));
}
BENCHMARK(BM_ParseFilter)->Arg(3)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sshsync
