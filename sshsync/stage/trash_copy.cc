#include "sshsync/stage/trash_copy.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/host/record_script.h"
#include "sshsync/stage/publishing.h"
#include "sshsync/stage/scripts.h"
#include "sshsync/stage/trash.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {}  // namespace

RemoteCommand CopyFromTrash(const HostFacts& facts, const Lease& lease, absl::string_view run,
                            absl::string_view attempt, absl::Span<const std::string> files, bool follow_symlinks,
                            absl::string_view mark) {
  std::string script = PublishPrologue(facts, lease, attempt, follow_symlinks, mark);
  absl::StrAppend(&script, "T=", ShellLiteral(TrashFolder(lease, run)), "; A=", ShellLiteral(attempt),
                  "; _ss_making=no; umask 077\n", kBringBackScript);
  for (size_t i = 0; i < files.size(); ++i) {
    const absl::string_view file = files[i];
    const size_t slash = file.rfind('/');
    const absl::string_view folder = slash == absl::string_view::npos ? "." : file.substr(0, slash);
    absl::StrAppend(&script, "_ss_b ", i, " ", ShellLiteral(folder), " ",
                    ShellLiteral(absl::StrCat("./", file.substr(slash + 1))), "\n");
  }
  return {.script = std::move(script), .writes = true};
}

absl::StatusOr<std::vector<TrashCopy>> ParseTrashCopy(const RemoteResult& result, size_t count,
                                                      absl::string_view mark) {
  if (result.status == 71) return MakeError(Failure::kLocked, "the lease of the child was lost to another run");
  std::vector<TrashCopy> copies(count,
                                {TrashCopy::Result::kFailed, std::string(absl::StripAsciiWhitespace(result.err))});
  RecordReader reader(mark, size_t{1} << 20);
  SSHSYNC_RETURN_IF_ERROR(reader.Feed(result.out, [&](const Record& record) {
    size_t index = 0;
    if (!absl::SimpleAtoi(record.label, &index) || index >= count)
      return MakeError(Failure::kInternal, "an answer to what was not asked");
    copies[index].said = std::string(absl::StripAsciiWhitespace(record.output));
    switch (record.status) {
      case 0:
        copies[index].result = TrashCopy::Result::kStaged;
        break;
      case 2:
        copies[index].result = TrashCopy::Result::kLinkInPath;
        break;
      case 10:
        copies[index].result = TrashCopy::Result::kEqual;
        break;
      default:
        copies[index].result = TrashCopy::Result::kFailed;
    }
    return absl::OkStatus();
  }));
  return copies;
}

}  // namespace sshsync
