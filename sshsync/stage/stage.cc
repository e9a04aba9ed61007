#include "sshsync/stage/stage.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sshsync/host/record_script.h"

namespace sshsync {

std::string StageFolder(absl::string_view stage_key, absl::string_view root) {
  if (!absl::StartsWith(stage_key, "/")) return absl::StrCat(root, "/.sshsync/in");
  return absl::StrCat(stage_key, "/sshsync-in", absl::StrReplaceAll(root, {{"/", "-"}}));
}

Attempt NewAttempt(absl::string_view stage_folder, size_t index, absl::string_view file, const Digest& digest) {
  std::string name = digest.is_crc() ? "crc" : digest.text().substr(0, 40);
  return {.index = index,
          .file = std::string(file),
          .folder = absl::StrCat(stage_folder, "/", name, "-", RandomMark().substr(0, 12))};
}

}  // namespace sshsync
