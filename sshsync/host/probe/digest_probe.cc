#include "sshsync/host/probe/digest_probe.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
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
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643c"
          "e80e2a9ac94fa54ca49f"},
};

}  // namespace

std::string ScratchName() { return "abc"; }

RemoteCommand ScratchDigestCommand(absl::string_view mark, absl::string_view digest_text) {
  const std::string folder = ScratchFolder(mark);
  return {.script = absl::StrCat(MakeScratchFolder(folder), "printf ", kScratch, " >", folder,
                                 "/abc || exit 3\n( eval ", ShellLiteral(digest_text), " )\n")};
}

std::string AlgorithmOf(const Digest& scratch_digest) {
  for (const Known& known : kKnown) {
    if (scratch_digest.text() == known.digest) return std::string(known.algorithm);
  }
  return "";
}

std::string CommonAlgorithm(absl::Span<const std::string> preference, absl::Span<const DigestTools> hosts) {
  for (const std::string& algorithm : preference) {
    if (std::all_of(hosts.begin(), hosts.end(), [&](const DigestTools& tools) { return tools.contains(algorithm); }))
      return algorithm;
  }
  return "";
}

}  // namespace sshsync
