#include "sshsync/stage/framed_stream.h"

#include "absl/strings/str_cat.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {

std::string FramedReader(absl::Span<const Frame> frames, size_t argument_bytes) {
  std::vector<std::string> names;
  for (const Frame& frame : frames) {
    if (frame.size > 0) names.push_back(absl::StrCat("./", frame.name));
  }
  std::string text;
  for (const auto& piece : ArgumentPieces(names, argument_bytes))
    absl::StrAppend(&text, WithArguments("cat", piece), " || exit 1\n");
  return text;
}

std::string FramedWriter(absl::Span<const Frame> frames) {
  std::string text = absl::StrCat("cat >", kFramedName,
                                  " || exit 1\n_ss_cut() { _ss_said=`dd bs=\"$1\" count=1 of=\"$2\" 2>&1` || { echo "
                                  "\"$_ss_said\" >&2; exit 1; }; }\n{\n");
  for (const Frame& frame : frames) {
    const std::string name = ShellLiteral(absl::StrCat("./", frame.name));
    absl::StrAppend(
        &text,
        frame.size > 0 ? absl::StrCat("_ss_cut ", frame.size, " ", name) : absl::StrCat(": >", name, " || exit 1"),
        "\n");
  }
  return absl::StrCat(text, "} <", kFramedName, " || exit 1\nrm -f ", kFramedName, "\n");
}

}  // namespace sshsync
