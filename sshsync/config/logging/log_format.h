#ifndef SSHSYNC_CONFIG_LOGGING_LOG_FORMAT_H_
#define SSHSYNC_CONFIG_LOGGING_LOG_FORMAT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sshsync {

/// What a formatter can show of a record: the attributes of Python's LogRecord. The place in a source file has no
/// meaning here and is the program's name with line 0.
struct LogFields {
  absl::Time time = {};
  absl::TimeZone zone = {};
  absl::Time program_start = {};  ///< for %(relativeCreated)d
  std::string name = {};          ///< of the logger
  int levelno = 0;
  std::string levelname = {};
  std::string message = {};
  int64_t process = 0;
  int64_t thread = 0;
};

/// A format of Python's logging, style `%`: `%(asctime)s %(levelname)-8s %(message)s`, taken apart once and then
/// applied to records. A parser of our own, because a format must mean the same to the byte as it does to Python, and
/// because what would fail there for every record (an unknown name, `%(message)d`) is an error here before the run.
///
/// All attributes of a LogRecord, the conversions `s d i u o x X e E f F g G` with flags, width and precision (counted
/// in characters), and a datefmt for strftime. Pure; safe to use from several threads.
///
///     auto format = LogFormat::Parse("%(levelname)-8s|%(message)s", "");
///     format->Render({.levelname = "INFO", .message = "done"}) == "INFO    |done";
class LogFormat {
 public:
  /// `%(message)s`, as a handler without formatter has it.
  LogFormat();

  /// kConfig with what is wrong and what to write instead.
  static absl::StatusOr<LogFormat> Parse(absl::string_view format, absl::string_view datefmt);

  std::string Render(const LogFields& fields) const;

 private:
  /// Literal text, then one conversion; the last piece has no field.
  struct Segment {
    std::string literal;
    int field = -1;  ///< row of the table of fields
    bool left = false, zero = false, plus = false, space = false, alternate = false;
    int width = 0;
    int precision = -1;
    char conversion = 's';
  };

  static absl::StatusOr<Segment> ParseConversion(absl::string_view* rest);
  static std::string Apply(const Segment& piece, const LogFields& fields, const std::string& asctime);
  std::string AscTime(const LogFields& fields) const;

  std::vector<Segment> pieces_;
  std::string datefmt_;
};

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_LOGGING_LOG_FORMAT_H_
