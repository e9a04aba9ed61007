// What the Hasher costs beside bare calls of OpenSSL. The figure to hold: within 5 %, for blocks of a file and for
// small files.

#include <openssl/evp.h>

#include <string>

#include "benchmark/benchmark.h"
#include "sshsync/digest/hasher.h"

namespace sshsync {
namespace {

constexpr const char* kAlgorithms[] = {"sha256", "sha1", "md5", "blake2b512"};

void ReportBytes(benchmark::State& state, const char* name) {
  state.SetBytesProcessed(state.iterations() * state.range(1));
  state.SetLabel(name);
}

void BM_Hasher(benchmark::State& state) {
  const char* name = kAlgorithms[state.range(0)];
  const std::string data(state.range(1), 'x');
  auto hasher = Hasher::Create(name);
  for (auto _ : state) {
    hasher->Update(data);
    benchmark::DoNotOptimize(hasher->Finish());
  }
  ReportBytes(state, name);
}

void BM_Evp(benchmark::State& state) {
  const char* name = kAlgorithms[state.range(0)];
  const std::string data(state.range(1), 'x');
  const EVP_MD* algorithm = EVP_get_digestbyname(name);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  unsigned char bytes[EVP_MAX_MD_SIZE];
  for (auto _ : state) {
    EVP_DigestInit_ex(context, algorithm, nullptr);
    EVP_DigestUpdate(context, data.data(), data.size());
    EVP_DigestFinal_ex(context, bytes, nullptr);
    benchmark::DoNotOptimize(bytes);
  }
  EVP_MD_CTX_free(context);
  ReportBytes(state, name);
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgsProduct({{0, 1, 2, 3}, {10 << 10, 1 << 20, 8 << 20}});
}

BENCHMARK(BM_Hasher)->Apply(Sizes);
BENCHMARK(BM_Evp)->Apply(Sizes);

}  // namespace
}  // namespace sshsync
