// What a child's filter costs a hop: every path of the parent's listing is asked once. `rules` lines of the kinds that
// are in use, of which a path in a hundred meets one; `paths` sorted paths, as a manifest has them.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "sshsync/text/filter.h"

namespace sshsync {
namespace {

std::vector<std::string> Rules(int64_t count) {
  std::vector<std::string> lines;
  for (int64_t i = 0; i < count; ++i) {
    switch (i % 10) {
      case 0:
      case 1:
      case 2:
        lines.push_back(absl::StrCat("- *.tmp", i));
        break;
      case 3:
        lines.push_back(absl::StrCat("- cache-", i, "/"));
        break;
      case 4:
        lines.push_back(absl::StrCat("- /releases/module", i, "/old/"));
        break;
      case 5:
        lines.push_back(absl::StrCat("+ update-", i, "*.bin"));
        break;
      case 6:
        lines.push_back(absl::StrCat("- lib", i, "/**/*.so"));
        break;
      case 7:
        lines.push_back(absl::StrCat("- core.[0-9]*", i));
        break;
      case 8:
        lines.push_back(absl::StrCat("- .lock?", i));
        break;
      default:
        lines.push_back(absl::StrCat("- /spool/", i, "/***"));
    }
  }
  return lines;
}

std::vector<std::string> Paths(int64_t count) {
  std::vector<std::string> paths;
  for (int64_t i = 0; i < count; ++i) {
    // Digits of a fixed width: the order of the numbers is that of the paths.
    paths.push_back(absl::StrCat("releases/module", absl::Dec(i / 1000, absl::kZeroPad4), "/part",
                                 absl::Dec(i / 50 % 20, absl::kZeroPad2), "/update-", absl::Dec(i, absl::kZeroPad7),
                                 i % 100 == 0 ? ".tmp0" : ".bin"));
  }
  return paths;
}

void BM_ParseFilter(benchmark::State& state) {
  const std::vector<std::string> lines = Rules(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(Filter::Parse(lines));
}

void BM_Select(benchmark::State& state) {
  const std::vector<std::string> lines = Rules(state.range(0)), paths = Paths(state.range(1));
  for (auto _ : state) {
    const auto filter = Filter::Parse(lines);
    int64_t left_out = 0;
    Filter::Folders folders;
    for (const std::string& path : paths) left_out += filter->Selects(path, &folders) ? 0 : 1;
    if (left_out != state.range(1) / 100) state.SkipWithError("a wrong selection");
  }
  state.SetItemsProcessed(state.iterations() * state.range(1));
}

BENCHMARK(BM_ParseFilter)->Arg(10)->Arg(1'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Select)
    ->Args({3, 1'000})
    ->Args({1'000, 1'000})
    ->Args({3, 1'000'000})
    ->Args({30, 1'000'000})
    ->Args({1'000, 1'000'000})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sshsync
