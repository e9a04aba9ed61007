// What framing costs: bytes through the decoder, and commands a second through a channel to a local shell.
#include <string>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "sshsync/ssh/channel.h"
#include "sshsync/ssh/frame.h"

namespace sshsync {
namespace {

constexpr size_t kPiece = size_t{64} << 10;  // what a read of a pipe brings

void Decode(benchmark::State& state, absl::string_view piece) {
  const std::string label = RandomMark() + "-1";
  for (auto _ : state) {
    FrameDecoder decoder(label, FrameDecoder::kOut);
    size_t total = 0;
    const auto take = [&total](absl::string_view bytes) {
      total += bytes.size();
      return absl::OkStatus();
    };
    for (int i = 0; i < 16; ++i) benchmark::DoNotOptimize(decoder.Feed(piece, take));
    benchmark::DoNotOptimize(total);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(16 * piece.size()));
}

void BM_DecodeZeros(benchmark::State& state) { Decode(state, std::string(kPiece, '\0')); }
BENCHMARK(BM_DecodeZeros);

/// The content of a digest batch: nearly every byte could begin a nonce.
void BM_DecodeHexLines(benchmark::State& state) {
  std::string lines;
  while (lines.size() < kPiece) absl::StrAppend(&lines, RandomMark(), "  ./some/file\n");
  Decode(state, lines);
}
BENCHMARK(BM_DecodeHexLines);

void BM_DecodeRandom(benchmark::State& state) {
  std::string bytes;
  for (unsigned i = 0, x = 1; i < kPiece; ++i) bytes += static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  Decode(state, bytes);
}
BENCHMARK(BM_DecodeRandom);

void BM_CommandThroughALocalChannel(benchmark::State& state) {
  Endpoint host;
  host.transport = Transport::kLocal;
  auto channel = Channel::Open(host, {}, StopToken());
  RemoteCommand command;
  command.script = "echo hello";
  for (auto _ : state) benchmark::DoNotOptimize((*channel)->Run(command, StopToken()));
}
BENCHMARK(BM_CommandThroughALocalChannel);

}  // namespace
}  // namespace sshsync
