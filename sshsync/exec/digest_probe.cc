#include "sshsync/exec/digest_probe.h"

#include <algorithm>
#include <array>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/exec/record_script.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr absl::string_view kScratch = "abc";

struct Known {
  absl::string_view algorithm;
  absl::string_view digest;  // of kScratch (FIPS 180-4 and RFC 1321 give these)
};
constexpr std::array kKnown = {
    Known{"md5", "900150983cd24fb0d6963f7d28e17f72"},
    Known{"sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    Known{"sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
    Known{"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    Known{"sha384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
    Known{"sha512",
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

// Best first for each algorithm.
std::vector<std::string> Candidates() {
  std::vector<std::string> words;
  for (const absl::string_view algorithm : {"sha256", "sha1", "md5", "sha512"}) {
    const std::string bits = algorithm == "md5" ? "" : std::string(algorithm.substr(3));
    words.push_back(absl::StrCat("openssl dgst -", algorithm, " -r"));
    words.push_back(absl::StrCat(algorithm, "sum"));
    words.push_back(absl::StrCat(algorithm, " -r"));
    words.push_back(absl::StrCat("cksum -a ", algorithm));
    words.push_back(absl::StrCat("digest -a ", algorithm));
    if (algorithm == "md5") words.push_back("csum -h MD5");
    if (algorithm == "sha1") words.push_back("csum -h SHA1");
    if (!bits.empty()) words.push_back(absl::StrCat("shasum -a ", bits));
  }
  return words;
}

}  // namespace

std::string ScratchFolder(absl::string_view mark) { return absl::StrCat("/tmp/.sshsync-", mark.substr(0, 16)); }
std::string ScratchName() { return "abc"; }

RemoteCommand DigestProbeCommand(absl::string_view mark) {
  const std::string folder = ScratchFolder(mark);
  RecordScript script(mark);
  script.AddRaw(absl::StrCat("( umask 077; mkdir ", folder, " && printf ", kScratch, " >", folder, "/abc ) || exit 3\n"));
  const std::vector<std::string> candidates = Candidates();
  for (size_t i = 0; i < candidates.size(); ++i) {
    script.Add(absl::StrCat(i), absl::StrCat("cd ", folder, " && ", candidates[i], " ./abc 2>/dev/null"));
  }
  script.AddRaw(absl::StrCat("rm -rf ", folder, "\n"));
  return {.script = script.text()};
}

absl::StatusOr<DigestTools> ParseDigestProbe(const RemoteResult& result, absl::string_view mark) {
  const std::vector<std::string> candidates = Candidates();
  DigestTools tools;
  RecordReader reader(mark, size_t{1} << 20);
  SSHSYNC_RETURN_IF_ERROR(reader.Feed(result.out, [&](const Record& record) {
    size_t index = 0;
    if (!absl::SimpleAtoi(record.label, &index) || index >= candidates.size()) return absl::OkStatus();
    const auto digests = ParseDigestBatch(record.output, {std::string("./abc")});
    if (!digests || (*digests)[0].empty()) return absl::OkStatus();
    const std::string algorithm = AlgorithmOf((*digests)[0]);
    if (!algorithm.empty()) tools.insert({algorithm, DigestTool{candidates[index]}});
    return absl::OkStatus();
  }));
  if (tools.empty() && result.status != 0) return MakeError(Failure::kCommandFailed, absl::StrCat("no scratch file can be written: ", result.err));
  return tools;
}

RemoteCommand ScratchDigestCommand(absl::string_view mark, absl::string_view digest_text) {
  const std::string folder = ScratchFolder(mark);
  return {.script = absl::StrCat("( umask 077; mkdir ", folder, " && printf ", kScratch, " >", folder, "/abc ) || exit 3\n( eval ", ShellLiteral(digest_text),
                                 " )\n_ss_status=$?; rm -rf ", folder, "; exit $_ss_status\n")};
}

std::string AlgorithmOf(const Digest& scratch_digest) {
  for (const Known& known : kKnown) {
    if (scratch_digest.text() == known.digest) return std::string(known.algorithm);
  }
  return "";
}

std::string CommonAlgorithm(absl::Span<const std::string> preference, absl::Span<const DigestTools> hosts) {
  for (const std::string& algorithm : preference) {
    if (std::all_of(hosts.begin(), hosts.end(), [&](const DigestTools& tools) { return tools.contains(algorithm); })) return algorithm;
  }
  return "";
}

}  // namespace sshsync
