// What a template costs: reading it (once per repository and run), and binding values (once per file), beside the bare
// quoting of the value.
#include <string>

#include "benchmark/benchmark.h"
#include "sshsync/text/command_template.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr absl::string_view kDigest =
    "if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH} | cut -d' ' -f1; else echo \\'NONE\\'; fi";
constexpr absl::string_view kPath = "/srv/application/updates/module 17/it's a part.bin";

void BM_Parse(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(CommandTemplate::Parse(kDigest, {}));
}
BENCHMARK(BM_Parse);

void BM_Bind(benchmark::State& state) {
  const auto command = CommandTemplate::Parse(kDigest, {});
  const TemplateValues values = TemplateValues().Set("FILEPATH", kPath);
  for (auto _ : state) benchmark::DoNotOptimize(command->Bind(values));
}
BENCHMARK(BM_Bind);

void BM_QuoteAlone(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ShellLiteral(kPath));
}
BENCHMARK(BM_QuoteAlone);

}  // namespace
}  // namespace sshsync
