#ifndef SSHSYNC_PLAN_DIGEST_TOOL_H_
#define SSHSYNC_PLAN_DIGEST_TOOL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "sshsync/digest/digest.h"

namespace sshsync {

/// A digest tool that takes many files in one call, as words for a shell: `sha1sum`, `openssl dgst -sha256 -r`, `digest
/// -a sha1`.
struct DigestTool {
  std::string words;
  std::string algorithm = {};  ///< `sha256`, where it is known
};

/// Recognises a whole digestcmd as a known tool on ${FILEPATH}: with or without the test whether the file exists, with
/// or without `cut` or `awk` of field 1, with or without an else-branch that echoes NONE. Anything else is nothing, and
/// is asked file by file.
///
///     RecogniseDigestTool("if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH} | cut -d' ' -f1; else echo NONE;
///     fi")->words == "sha1sum"
absl::optional<DigestTool> RecogniseDigestTool(absl::string_view digestcmd);

/// Reads what such a tool printed for `names`, in the order in which they were given. Answers are matched by position:
/// the spelling of each name is looked for at the cursor, so that a name with newlines cannot forge another's answer
/// (twelve output formats: GNU, BSD, BusyBox, toybox, openssl, perl's shasum, Solaris digest, AIX csum; with their ways
/// to escape names). A name without an answer is empty. Nothing at all is returned when bytes are left over: then the
/// output is not what it seems, and none of it is believed.
absl::optional<std::vector<Digest>> ParseDigestBatch(absl::string_view output, absl::Span<const std::string> names);

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_DIGEST_TOOL_H_
