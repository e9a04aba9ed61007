#include "sshsync/text/template_variables.h"

#include <array>

namespace sshsync {
namespace {

using enum VariableKind;

constexpr std::array kVariables = {
    TemplateVariable{"REPOPATH", kAbsolutePath,
                     "folder of this repository; the attempt's folder while a file is written and verified"},
    TemplateVariable{"FILEPATH", kAbsolutePath, "the file, absolute"},
    TemplateVariable{"FILE", kRelativePath, "the file, relative to the repository"},
    TemplateVariable{"REMOTEHOST", kName, "host of the parent, as its peers reach it"},
    TemplateVariable{"REMOTEUSER", kName, "user of the parent"},
    TemplateVariable{"REMOTEPASSWORD", kSecret, "password of the parent, where one is configured"},
    TemplateVariable{"REMOTEDIR", kAbsolutePath, "folder of the parent"},
    TemplateVariable{"REMOTEPORT", kNumber, "port of the parent"},
    TemplateVariable{"LOCALHOST", kName, "host of this repository"},
    TemplateVariable{"LOCALUSER", kName, "user of this repository"},
    TemplateVariable{"LOCALPASSWORD", kSecret, "password of this repository, where one is configured"},
    TemplateVariable{"LOCALDIR", kAbsolutePath, "folder that gets the file; the attempt's folder in the stage"},
    TemplateVariable{"REPO", kName, "name of this repository"},
    TemplateVariable{"PARENT", kName, "name of its parent"},
    TemplateVariable{"RUN", kName, "id of the run"},
    TemplateVariable{"BWLIMIT", kNumber, "limit in kbit/s"},
    TemplateVariable{"OFFSET", kNumber, "first byte of a range", true},
    TemplateVariable{"LENGTH", kNumber, "bytes of a range", true},
    TemplateVariable{"CHUNK", kNumber, "bytes of a chunk", true},
    TemplateVariable{"STAGED", kAbsolutePath, "the staged file", true},
    TemplateVariable{"MTIME", kNumber, "time of last modification", true},
    TemplateVariable{"MODE", kNumber, "permission bits, octal", true},
};

// What the tool's own commands get besides. Operators' other templates may use these names for themselves.
constexpr std::array kActionVariables = {
    TemplateVariable{"REPOPATH", kAbsolutePath, "folder of this repository", true},
    TemplateVariable{"FILEPATH", kAbsolutePath, "the file, absolute", true},
    TemplateVariable{"STAGED", kAbsolutePath, "the staged file", true},
    TemplateVariable{"STAGEDIR", kAbsolutePath, "its folder", true},
    TemplateVariable{"DESTDIR", kAbsolutePath, "folder of FILEPATH", true},
    TemplateVariable{"SKIP", kNumber, "blocks of 131072 bytes before those that are read", true},
    TemplateVariable{"COUNT", kNumber, "blocks that are read", true},
    TemplateVariable{"SEEK", kNumber, "blocks before those that are written", true},
    TemplateVariable{"BLOCKS", kNumber, "blocks of a chunk", true},
    TemplateVariable{"NCHUNK", kNumber, "chunks", true},
    TemplateVariable{"SIZE", kNumber, "bytes", true},
    TemplateVariable{"LAST", kNumber, "SIZE - 1, or 0", true},
    TemplateVariable{"MTIME", kNumber, "time of last modification, SECONDS.NANOSECONDS", true},
    TemplateVariable{"MTIME_S", kNumber, "the same in whole seconds", true},
    TemplateVariable{"MTIME_ISO", kName, "the same as in 2023-11-14T22:13:20.123456789Z", true},
    TemplateVariable{"MTIME_T", kNumber, "the same as touch -t has it, UTC", true},
};

}  // namespace

absl::Span<const TemplateVariable> TemplateVariables() { return kVariables; }

absl::Span<const TemplateVariable> ActionVariables() { return kActionVariables; }

}  // namespace sshsync
