#include "sshsync/plan/digest_tool.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sshsync {
namespace {

// Tools that take many operands, and the options under which their output is still one of the known forms.
bool IsKnownTool(const std::vector<absl::string_view>& words) {
  constexpr std::array<absl::string_view, 12> kPlain = {"md5sum",    "sha1sum",   "sha224sum", "sha256sum",
                                                        "sha384sum", "sha512sum", "b2sum",     "md5",
                                                        "sha1",      "sha256",    "sha512",    "rmd160"};
  constexpr std::array<absl::string_view, 7> kAlgorithms = {"md5",    "sha1",   "sha224",    "sha256",
                                                            "sha384", "sha512", "blake2b512"};
  const auto known = [&](absl::string_view name) {
    return std::find(kAlgorithms.begin(), kAlgorithms.end(), name) != kAlgorithms.end();
  };
  if (words.empty()) return false;
  absl::string_view tool = words[0];
  if (const size_t slash = tool.rfind('/'); slash != absl::string_view::npos) tool.remove_prefix(slash + 1);
  if (words.size() == 1) return tool == "shasum" || std::find(kPlain.begin(), kPlain.end(), tool) != kPlain.end();
  if (words.size() == 2 && words[1] == "-r")
    return tool == "md5" || tool == "sha1" || tool == "sha256" || tool == "sha512";
  if (words.size() == 2 && (words[1] == "-b" || words[1] == "--")) return absl::EndsWith(tool, "sum") && tool != "csum";
  if (tool == "shasum" && words.size() == 3 && words[1] == "-a") return known(absl::StrCat("sha", words[2]));
  if (tool == "digest" && words.size() == 3 && words[1] == "-a") return known(words[2]);
  if (tool == "csum" && words.size() == 3 && words[1] == "-h") return known(absl::AsciiStrToLower(words[2]));
  if (tool == "cksum" && words.size() == 3 && words[1] == "-a") return known(words[2]);
  if (tool == "openssl" && words.size() >= 3 && words.size() <= 4 && words[1] == "dgst" &&
      absl::ConsumePrefix(&tool, "openssl")) {
    absl::string_view algorithm = words[2];
    return absl::ConsumePrefix(&algorithm, "-") && known(algorithm) && (words.size() == 3 || words[3] == "-r");
  }
  return false;
}

constexpr absl::string_view kFile = "${FILEPATH}";

// `TOOL ${FILEPATH}`, perhaps piped into a choice of field 1.
absl::optional<DigestTool> RecogniseCall(absl::string_view call) {
  call = absl::StripAsciiWhitespace(call);
  for (const absl::string_view field : {"cut -d' ' -f1", "cut -d' ' -f 1", "cut -d \" \" -f 1", "cut -d\" \" -f1",
                                        "cut -f1 -d' '", "awk '{print $1}'", "awk '{ print $1 }'"}) {
    if (absl::ConsumeSuffix(&call, field)) {
      call = absl::StripTrailingAsciiWhitespace(call);
      if (!absl::ConsumeSuffix(&call, "|")) return absl::nullopt;
      call = absl::StripTrailingAsciiWhitespace(call);
      break;
    }
  }
  if (!absl::ConsumeSuffix(&call, kFile) || !absl::EndsWith(call, " ")) return absl::nullopt;
  if (call.find_first_of("\"'`$&|;<>()\\*?[]#~{}\n") != absl::string_view::npos) return absl::nullopt;
  const std::vector<absl::string_view> words = absl::StrSplit(call, ' ', absl::SkipEmpty());
  if (!IsKnownTool(words)) return absl::nullopt;
  return DigestTool{absl::StrJoin(words, " ")};
}

// One spelling of a name at the cursor, behind which stands `after`, or the end of a record: how many bytes it takes,
// or npos.
size_t MatchName(absl::string_view at, absl::string_view name, bool marked, absl::string_view after) {
  constexpr size_t kNo = absl::string_view::npos;
  if (!marked && absl::StartsWith(at, name)) {
    // A name that ends with a backslash is also the beginning of its own escaped spelling.
    const absl::string_view rest = at.substr(name.size());
    if (after.empty() ? !rest.empty() && (rest[0] == '\n' || rest[0] == '\0') : absl::StartsWith(rest, after))
      return name.size();
  }
  if (marked) {
    const std::string full = absl::StrReplaceAll(name, {{"\\", "\\\\"}, {"\n", "\\n"}, {"\r", "\\r"}});
    const std::string without_cr = absl::StrReplaceAll(name, {{"\\", "\\\\"}, {"\n", "\\n"}});
    const std::string newline_only = absl::StrReplaceAll(name, {{"\n", "\\n"}});
    for (const std::string& spelling : {full, without_cr, newline_only}) {
      if (absl::StartsWith(at, spelling)) return spelling.size();
    }
    return kNo;
  }
  // BSD's vis(3), C style, without a mark in front.
  const size_t end = std::min(at.find('\n'), at.size());
  for (size_t stop = end; stop != kNo && stop > 0; stop = at.substr(0, stop).rfind(')')) {
    std::string plain;
    if (absl::CUnescape(at.substr(0, stop), &plain) && plain == name) return stop;
    if (at.substr(0, stop).find(')') == kNo) break;
  }
  return kNo;
}

class BatchReader {
 public:
  explicit BatchReader(absl::string_view output) : rest_(output) {}

  // The digest of `name` if it stands at the cursor; the cursor moves only then.
  Digest Take(absl::string_view name) {
    const absl::string_view before = rest_;
    Digest digest = TakeHexFirst(name);
    if (digest.empty()) {
      rest_ = before;
      digest = TakeNameFirst(name);
    }
    if (digest.empty()) rest_ = before;
    return digest;
  }

  bool done() const { return rest_.empty(); }

 private:
  absl::optional<Digest> TakeHex() {
    size_t length = 0;
    while (length < rest_.size() && absl::ascii_isxdigit(rest_[length])) ++length;
    const auto digest = Digest::FromHex(rest_.substr(0, length));
    if (digest) rest_.remove_prefix(length);
    return digest;
  }

  bool TakeEnd() {
    return absl::ConsumePrefix(&rest_, "\n") || absl::ConsumePrefix(&rest_, absl::string_view("\0", 1));
  }

  bool TakeName(absl::string_view name, bool marked, absl::string_view after) {
    const size_t length = MatchName(rest_, name, marked, after);
    if (length == absl::string_view::npos || !absl::StartsWith(rest_.substr(length), after)) return false;
    rest_.remove_prefix(length + after.size());
    return true;
  }

  Digest TakeHexFirst(absl::string_view name) {
    const bool marked = absl::ConsumePrefix(&rest_, "\\");
    const auto digest = TakeHex();
    if (!digest) return {};
    const bool separated = absl::ConsumePrefix(&rest_, "  ") || absl::ConsumePrefix(&rest_, " *") ||
                           absl::ConsumePrefix(&rest_, " ") || absl::ConsumePrefix(&rest_, "\t");
    if (!separated || !TakeName(name, marked, "") || !TakeEnd()) return {};
    return *digest;
  }

  Digest TakeNameFirst(absl::string_view name) {
    const bool marked = absl::ConsumePrefix(&rest_, "\\");
    size_t word = 0;
    while (word < rest_.size() && (absl::ascii_isalnum(rest_[word]) || rest_[word] == '-')) ++word;
    rest_.remove_prefix(word);
    absl::ConsumePrefix(&rest_, " ");
    if (!absl::ConsumePrefix(&rest_, "(") || !TakeName(name, marked, ")")) return {};
    absl::ConsumePrefix(&rest_, " ");
    if (!absl::ConsumePrefix(&rest_, "= ")) return {};
    const auto digest = TakeHex();
    return digest && TakeEnd() ? *digest : Digest();
  }

  absl::string_view rest_;
};

}  // namespace

absl::optional<DigestTool> RecogniseDigestTool(absl::string_view digestcmd) {
  std::string text =
      absl::StrReplaceAll(digestcmd, {{"\"${FILEPATH}\"", kFile}, {"\"$FILEPATH\"", kFile}, {"\n", " "}});
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  bool tested = absl::ConsumePrefix(&rest, "if ");
  if (!tested) return RecogniseCall(rest);
  rest = absl::StripLeadingAsciiWhitespace(rest);
  if (!absl::ConsumePrefix(&rest, absl::StrCat("[ -f ", kFile, " ]")) &&
      !absl::ConsumePrefix(&rest, absl::StrCat("test -f ", kFile))) {
    return absl::nullopt;
  }
  rest = absl::StripLeadingAsciiWhitespace(rest);
  absl::ConsumePrefix(&rest, ";");
  rest = absl::StripLeadingAsciiWhitespace(rest);
  if (!absl::ConsumePrefix(&rest, "then ") || !absl::ConsumeSuffix(&rest, "fi")) return absl::nullopt;
  rest = absl::StripTrailingAsciiWhitespace(rest);
  absl::ConsumeSuffix(&rest, ";");
  rest = absl::StripTrailingAsciiWhitespace(rest);
  for (const absl::string_view none : {"echo NONE", "echo 'NONE'", "echo \"NONE\"", "echo \\'NONE\\'"}) {
    if (!absl::ConsumeSuffix(&rest, none)) continue;
    rest = absl::StripTrailingAsciiWhitespace(rest);
    if (!absl::ConsumeSuffix(&rest, "else")) return absl::nullopt;
    rest = absl::StripTrailingAsciiWhitespace(rest);
    if (!absl::ConsumeSuffix(&rest, ";")) return absl::nullopt;
    break;
  }
  return RecogniseCall(rest);
}

absl::optional<std::vector<Digest>> ParseDigestBatch(absl::string_view output, absl::Span<const std::string> names) {
  // Solaris' digest prints the bare digest when it is given one file.
  if (names.size() == 1) {
    if (const auto bare = Digest::FromHex(absl::StripTrailingAsciiWhitespace(output)))
      return std::vector<Digest>{*bare};
  }
  BatchReader reader(output);
  std::vector<Digest> digests;
  digests.reserve(names.size());
  for (const std::string& name : names) digests.push_back(reader.Take(name));
  if (!reader.done()) return absl::nullopt;
  return digests;
}

}  // namespace sshsync
