#ifndef SSHSYNC_TEXT_SECOND_PARSER_H_
#define SSHSYNC_TEXT_SECOND_PARSER_H_

#include <string>
#include <vector>

#include "sshsync/text/shell_scan.h"

namespace sshsync {

/// What becomes of one expansion's value behind the shell.
struct ValueReader {
  enum class OptionLike {
    kNo,
    kWhole,  ///< a word begins with the value: `-rf` would be an option
    kCut,    ///< a word begins with a part of the value, as with ${NAME##*/}
  };
  std::string
      second_parser;  ///< who reads it once more, as code, pattern or address: `the program of awk`; empty for nobody
  bool is_address = false;  ///< that is the `host:path` word of scp or rsync
  OptionLike option_like = OptionLike::kNo;
};

/// One answer per expansion of the scan, in its order. Commands are known by name, also behind env, nice, sudo, xargs,
/// find -exec and the like; text that reaches a shell through a pipe or a here-document counts, text that travels
/// through a file or a variable does not.
std::vector<ValueReader> ValueReaders(const ShellScan& scan);

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_SECOND_PARSER_H_
