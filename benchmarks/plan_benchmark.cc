// What planning on paper costs: reading a listing, comparing two manifests, foreseeing the child. The figure to hold: a
// million paths in less than 3 s and 512 MiB. `peak_MiB` is the process's largest resident size during the benchmark,
// with the manifests it was given.
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "sshsync/plan/diff.h"
#include "sshsync/plan/listing.h"

namespace sshsync {
namespace {

// From here on getrusage tells the peak of what follows; where the kernel does not allow it, that of the whole process.
void ForgetPeak() {
  malloc_trim(0);
  if (FILE* const file = std::fopen("/proc/self/clear_refs", "w"); file != nullptr) {
    std::fputs("5", file);
    std::fclose(file);
  }
}

void ReportPeak(benchmark::State& state) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}

std::string PathOf(int64_t number) {
  return absl::StrCat("releases/module", number / 1000 % 1000, "/update-", number, ".bin");
}

Digest DigestOf(int64_t number) {
  return *Digest::FromHex(absl::StrCat(absl::Hex(number, absl::kZeroPad16), "5e6b4b0d3255bfef95601890"));
}

// Every `step`-th file has other content than in a manifest of another `salt`.
Manifest MakeManifest(int64_t files, int64_t step, int64_t salt) {
  Manifest manifest;
  manifest.files.reserve(static_cast<size_t>(files));
  for (int64_t i = 0; i < files; ++i) {
    const int64_t content = i % step == 0 ? i + salt : i;
    manifest.files.push_back(
        {PathOf(i),
         {.size = 4096 + i % 997, .mtime = 1'700'000'000'000'000'000 + i, .inode = 1, .mode = 0644},
         DigestOf(content)});
  }
  std::sort(manifest.files.begin(), manifest.files.end(), ByPath());
  return manifest;
}

/// One file in a hundred has changed.
void BM_Plan(benchmark::State& state) {
  ForgetPeak();
  const Manifest parent = MakeManifest(state.range(0), 100, 0);
  Manifest child = MakeManifest(state.range(0), 100, 1'000'000'000);
  int64_t round = 0;
  for (auto _ : state) {
    const Plan plan = Diff(parent, child, [](absl::string_view) { return false; });
    child = AfterPlan(std::move(child), plan);
    if (plan.replaces != state.range(0) / 100 || child.files.size() != parent.files.size())
      state.SkipWithError("a wrong plan");
    state.PauseTiming();
    ++round;
    for (int64_t i = 0; i < state.range(0); i += 100)
      child.Find(PathOf(i))->digest = DigestOf(i + 1'000'000'000 + round);
    state.ResumeTiming();
  }
  ReportPeak(state);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void BM_Diff(benchmark::State& state) {
  ForgetPeak();
  const Manifest parent = MakeManifest(state.range(0), 100, 0);
  const Manifest child = MakeManifest(state.range(0), 100, 1'000'000'000);
  for (auto _ : state) benchmark::DoNotOptimize(Diff(parent, child, [](absl::string_view) { return false; }));
  ReportPeak(state);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void BM_ParseListing(benchmark::State& state) {
  ForgetPeak();
  std::string output;
  for (int64_t i = 0; i < state.range(0); ++i) absl::StrAppend(&output, "/srv/application/", PathOf(i), "\n");
  for (auto _ : state) {
    if (ParseListing(output, {"/srv/application"}).paths.size() != static_cast<size_t>(state.range(0)))
      state.SkipWithError("a wrong listing");
  }
  ReportPeak(state);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BM_Plan)->Arg(1'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Diff)->Arg(1'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ParseListing)->Arg(1'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sshsync
