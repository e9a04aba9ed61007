// Any bytes as what listings and digest tools print: no crash; nothing is a digest, or a path, that is not there; and
// what the known tools print of any names is read as it was meant.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "sshsync/plan/digest_result.h"
#include "sshsync/plan/digest_tool.h"
#include "sshsync/plan/listing.h"

namespace sshsync {
namespace {

void Expect(bool holds) {
  if (!holds) abort();
}

std::string DigitsOf(const Digest& digest) {
  return digest.is_crc() ? std::vector<std::string>(absl::StrSplit(digest.text(), ' '))[0] : digest.text();
}

void OneAnswer(absl::string_view output, absl::string_view path, int status) {
  const auto answer = ParseDigestResult(output, status, path);
  if (!answer.ok()) return;
  Expect(status == 0);
  if (answer->missing) {
    Expect(answer->digest.empty() && absl::StrContains(output, "NONE"));
  } else {
    Expect(!answer->digest.empty() && absl::StrContains(absl::AsciiStrToLower(output), DigitsOf(answer->digest)));
  }
}

void OneBatch(absl::string_view output, const std::vector<std::string>& names) {
  const auto digests = ParseDigestBatch(output, names);
  if (!digests) return;
  Expect(digests->size() == names.size());
  for (const Digest& digest : *digests)
    Expect(digest.empty() || absl::StrContains(absl::AsciiStrToLower(output), DigitsOf(digest)));
}

void OneListing(absl::string_view output) {
  const Listing listing = ParseListing(output, {"/srv/app", "/dat"});
  std::string before;
  for (const std::string& path : listing.paths) {
    Expect(WhyUnclean(path).empty() && !path.empty() && path[0] != '/' && path > before);
    for (const absl::string_view part : absl::StrSplit(path, '/'))
      Expect(!part.empty() && part != "." && part != ".." && part != ".sshsync");
    Expect(absl::StrContains(output, path));
    before = path;
  }
  for (const RefusedPath& refused : listing.refused) Expect(!refused.reason.empty());
}

// What GNU's, BusyBox's and BSD's tools print of existing files.
void RoundTrip(const std::vector<std::string>& names) {
  std::string gnu, plain, bsd;
  std::vector<std::string> wanted;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string hex =
        absl::StrCat(absl::Hex(0x1000 + i, absl::kZeroPad16), absl::Hex(i * 77, absl::kZeroPad16), "abcdef01");
    wanted.push_back(hex);
    const std::string escaped = absl::StrReplaceAll(names[i], {{"\\", "\\\\"}, {"\n", "\\n"}, {"\r", "\\r"}});
    absl::StrAppend(&gnu, escaped == names[i] ? "" : "\\", hex, "  ", escaped, "\n");
    absl::StrAppend(&plain, hex, "  ", names[i], "\n");
    absl::StrAppend(&bsd, "SHA1 (", names[i], ") = ", hex, "\n");
  }
  for (const std::string& output : {gnu, plain, bsd}) {
    const auto digests = ParseDigestBatch(output, names);
    Expect(digests && digests->size() == names.size());
    for (size_t i = 0; i < names.size(); ++i) Expect((*digests)[i].text() == wanted[i]);
  }
}

}  // namespace
}  // namespace sshsync

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // NAMES, separated by NUL, end at two of them; the rest is output. `@` stands for forty digits that a fuzzer would
  // hardly find.
  const std::string input = absl::StrReplaceAll(absl::string_view(reinterpret_cast<const char*>(data), size),
                                                {{"@", "da39a3ee5e6b4b0d3255bfef95601890afd80709"}});
  const size_t end = std::min(input.find(std::string(2, '\0')), input.size());
  const absl::string_view output = absl::string_view(input).substr(std::min(end + 2, input.size()));
  std::vector<std::string> names;
  std::set<absl::string_view> seen;
  for (const absl::string_view name : absl::StrSplit(absl::string_view(input).substr(0, end), '\0')) {
    if (!name.empty() && names.size() < 8 && seen.insert(name).second) names.emplace_back(absl::StrCat("./", name));
  }
  for (const std::string& name : names) sshsync::OneAnswer(output, name, 0);
  sshsync::OneAnswer(output, "/srv/app/file", size % 3 == 0 ? 127 : 0);
  sshsync::OneBatch(output, names);
  sshsync::OneListing(input);
  sshsync::RoundTrip(names);
  sshsync::RecogniseDigestTool(output);
  return 0;
}
