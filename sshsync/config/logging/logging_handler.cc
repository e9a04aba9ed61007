#include "sshsync/config/logging/logging_handler.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "sshsync/config/ini/diagnostic.h"
#include "sshsync/config/logging/python_literal.h"

namespace sshsync {
namespace {

using Kind = LoggingHandler::Kind;
using ValueKind = PythonValue::Kind;

constexpr absl::string_view kOnlyLiterals = "only literals are read here, nothing is evaluated";
constexpr absl::string_view kLiteralsRemedy = "write the value itself, as in ('/var/log/sshsync.log', 'a')";

/// A class of Python's logging and the parameters of its constructor, in order.
struct HandlerClass {
  absl::string_view name;
  Kind kind;
  std::vector<absl::string_view> parameters;
};

const std::vector<HandlerClass>& Classes() {
  static const auto& classes = *new std::vector<HandlerClass>{
      {"StreamHandler", Kind::kStream, {"stream"}},
      {"FileHandler", Kind::kFile, {"filename", "mode", "encoding", "delay", "errors"}},
      {"WatchedFileHandler", Kind::kWatchedFile, {"filename", "mode", "encoding", "delay", "errors"}},
      {"RotatingFileHandler",
       Kind::kRotatingFile,
       {"filename", "mode", "maxBytes", "backupCount", "encoding", "delay", "errors"}},
      {"TimedRotatingFileHandler",
       Kind::kTimedRotatingFile,
       {"filename", "when", "interval", "backupCount", "encoding", "delay", "utc", "atTime", "errors"}},
      {"SysLogHandler", Kind::kSysLog, {"address", "facility", "socktype"}},
      {"NullHandler", Kind::kNull, {}},
  };
  return classes;
}

constexpr std::pair<absl::string_view, int> kFacilities[] = {
    {"kern", 0},    {"user", 1},      {"mail", 2},     {"daemon", 3},        {"auth", 4},      {"syslog", 5},
    {"lpr", 6},     {"news", 7},      {"uucp", 8},     {"cron", 9},          {"authpriv", 10}, {"ftp", 11},
    {"ntp", 12},    {"security", 13}, {"console", 14}, {"solaris-cron", 15}, {"local0", 16},   {"local1", 17},
    {"local2", 18}, {"local3", 19},   {"local4", 20},  {"local5", 21},       {"local6", 22},   {"local7", 23},
};

absl::optional<int> FacilityOf(absl::string_view name) {
  for (const auto& [facility, code] : kFacilities) {
    if (name == facility) return code;
  }
  return absl::nullopt;
}

/// The number behind a name like `handlers.SysLogHandler.LOG_DAEMON` or `socket.SOCK_STREAM`.
absl::optional<int64_t> ConstantOf(absl::string_view name) {
  absl::ConsumePrefix(&name, "logging.");
  absl::ConsumePrefix(&name, "handlers.");
  if (absl::ConsumePrefix(&name, "SysLogHandler.") && absl::ConsumePrefix(&name, "LOG_")) {
    return name == "SOLCRON" ? 15 : FacilityOf(absl::AsciiStrToLower(name));
  }
  if (name == "SYSLOG_UDP_PORT" || name == "SYSLOG_TCP_PORT") return 514;
  if (name == "socket.SOCK_STREAM") return 1;
  if (name == "socket.SOCK_DGRAM") return 2;
  return absl::nullopt;
}

class Binder {
 public:
  Binder(const HandlerClass& handler_class, LoggingHandler& handler) : class_(handler_class), handler_(handler) {}

  std::vector<HandlerArgProblem> Bind(absl::string_view args, absl::string_view kwargs) {
    BindArgs(args);
    BindKwargs(kwargs);
    if (std::any_of(problems_.begin(), problems_.end(),
                    [](const HandlerArgProblem& problem) { return !problem.warning; }))
      return problems_;
    switch (handler_.kind) {
      case Kind::kStream:
        TakeStream();
        break;
      case Kind::kSysLog:
        TakeSysLog();
        break;
      case Kind::kNull:
        break;
      default:
        TakeFile();
        break;
    }
    return problems_;
  }

 private:
  struct Argument {
    PythonValue value;
    bool in_kwargs = false;
  };

  void Report(bool in_kwargs, size_t offset, std::string message, std::string remedy, bool warning = false) {
    problems_.push_back({warning, in_kwargs, offset, std::move(message), std::move(remedy)});
  }

  /// Names that are constants become their numbers; streams stay names; anything else is code.
  void Resolve(PythonValue& value, bool in_kwargs) {
    for (PythonValue& item : value.items) Resolve(item, in_kwargs);
    if (value.kind != ValueKind::kName || value.text == "sys.stdout" || value.text == "sys.stderr") return;
    if (const auto constant = ConstantOf(value.text)) {
      value.kind = ValueKind::kInt;
      value.number = *constant;
    } else {
      Report(in_kwargs, value.offset, absl::StrCat(kOnlyLiterals, ", not even `", Shown(value.text), "`"),
             std::string(kLiteralsRemedy));
    }
  }

  absl::optional<PythonValue> Read(absl::string_view text, bool in_kwargs) {
    PythonLiteral literal = ParsePythonLiteral(text);
    if (!literal.error.empty()) {
      Report(in_kwargs, literal.offset, literal.error, std::string(kLiteralsRemedy));
      return absl::nullopt;
    }
    Resolve(literal.value, in_kwargs);
    return std::move(literal.value);
  }

  void BindArgs(absl::string_view text) {
    if (text.empty()) return;
    auto args = Read(text, false);
    if (!args) return;
    if (args->kind != ValueKind::kTuple) {
      Report(false, 0, "args is no tuple", "write (value,) with a comma", /*warning=*/true);
      PythonValue tuple;
      tuple.items = {*args};
      if (args->kind != ValueKind::kList) args = std::move(tuple);
    }
    if (args->items.size() > class_.parameters.size()) {
      const size_t offset = args->items[class_.parameters.size()].offset;
      Report(false, offset, absl::StrCat(class_.name, " takes at most ", class_.parameters.size(), " arguments"),
             "remove the others");
      return;
    }
    for (size_t i = 0; i < args->items.size(); ++i) arguments_[class_.parameters[i]] = {args->items[i], false};
  }

  void BindKwargs(absl::string_view text) {
    if (text.empty()) return;
    const auto kwargs = Read(text, true);
    if (!kwargs) return;
    if (kwargs->kind != ValueKind::kDict)
      return Report(true, 0, "kwargs is no dict", "write {'filename': '/var/log/sshsync.log'}");
    for (size_t i = 0; i + 1 < kwargs->items.size(); i += 2) {
      const PythonValue& key = kwargs->items[i];
      const auto parameter = std::find(class_.parameters.begin(), class_.parameters.end(), key.text);
      if (key.kind != ValueKind::kText || parameter == class_.parameters.end()) {
        const std::string known = class_.parameters.empty() ? "nothing" : absl::StrJoin(class_.parameters, ", ");
        Report(true, key.offset, absl::StrCat(class_.name, " has no parameter `", Shown(key.text), "`"),
               absl::StrCat("it takes ", known));
      } else if (arguments_.count(*parameter) > 0) {
        Report(true, key.offset, absl::StrCat("`", *parameter, "` is given twice"), "remove one of them");
      } else {
        arguments_[*parameter] = {kwargs->items[i + 1], true};
      }
    }
  }

  /// The argument, where it was given and is not None.
  const Argument* Given(absl::string_view parameter) const {
    const auto found = arguments_.find(parameter);
    return found == arguments_.end() || found->second.value.kind == ValueKind::kNone ? nullptr : &found->second;
  }

  void Wrong(absl::string_view parameter, const Argument& argument, std::string remedy) {
    Report(argument.in_kwargs, argument.value.offset, absl::StrCat("`", parameter, "` has no such value"),
           std::move(remedy));
  }

  void TakeNumber(absl::string_view parameter, int64_t least, int64_t* number) {
    const Argument* argument = Given(parameter);
    if (argument == nullptr) return;
    const bool is_number = argument->value.kind == ValueKind::kInt || argument->value.kind == ValueKind::kBool;
    if (!is_number || argument->value.number < least)
      return Wrong(parameter, *argument, absl::StrCat("give an integer, at least ", least));
    *number = argument->value.number;
  }

  void TakeFlag(absl::string_view parameter, bool* flag) {
    int64_t number = 0;
    TakeNumber(parameter, 0, &number);
    *flag = number != 0;
  }

  void TakeStream() {
    const Argument* stream = Given("stream");
    if (stream == nullptr) return;
    if (stream->value.kind != ValueKind::kName) return Wrong("stream", *stream, "give sys.stdout or sys.stderr");
    handler_.to_stdout = stream->value.text == "sys.stdout";
  }

  void TakeFile() {
    const Argument* filename = Given("filename");
    if (filename == nullptr)
      return Report(false, 0, absl::StrCat(class_.name, " needs a file name"), std::string(kLiteralsRemedy));
    const std::string& path = filename->value.text;
    if (filename->value.kind != ValueKind::kText || path.empty() || path.find('\0') != std::string::npos) {
      return Wrong("filename", *filename, std::string(kLiteralsRemedy));
    }
    handler_.path = path;
    if (const Argument* mode = Given("mode")) {
      const std::string& text = mode->value.text;
      const bool known = text.size() < 3 && text.find_first_not_of("btaw") == std::string::npos;
      if (mode->value.kind != ValueKind::kText || !known ||
          absl::StrContains(text, "a") == absl::StrContains(text, "w")) {
        return Wrong("mode", *mode, "give 'a' or 'w'");
      }
      handler_.truncate = absl::StrContains(text, "w");
    }
    if (const Argument* encoding = Given("encoding")) {
      const std::string name = absl::AsciiStrToLower(encoding->value.text);
      if (name != "utf-8" && name != "utf8" && name != "ascii" && name != "us-ascii") {
        Report(encoding->in_kwargs, encoding->value.offset, absl::StrCat("`encoding` ", Shown(name), " is not used"),
               "records are written as UTF-8", true);
      }
    }
    TakeFlag("delay", &handler_.delay);
    TakeNumber("maxBytes", 0, &handler_.max_bytes);
    TakeNumber("backupCount", 0, &handler_.backup_count);
    if (handler_.max_bytes > 0) handler_.truncate = false;
    if (handler_.kind == Kind::kTimedRotatingFile) TakeRotation();
  }

  void TakeRotation() {
    using Unit = RotationTime::Unit;
    static constexpr std::pair<absl::string_view, Unit> kUnits[] = {{"S", Unit::kSecond},
                                                                    {"M", Unit::kMinute},
                                                                    {"H", Unit::kHour},
                                                                    {"D", Unit::kDay},
                                                                    {"MIDNIGHT", Unit::kMidnight}};
    TakeNumber("interval", 1, &handler_.rotation.interval);
    if (handler_.rotation.interval > 1'000'000) Wrong("interval", *Given("interval"), "give at most 1000000");
    TakeFlag("utc", &handler_.rotation.utc);
    if (const Argument* time = Given("atTime")) Wrong("atTime", *time, "leave it away: rotation is at midnight");
    const Argument* when = Given("when");
    if (when == nullptr) return;
    const std::string text = absl::AsciiStrToUpper(when->value.text);
    const auto unit =
        std::find_if(std::begin(kUnits), std::end(kUnits), [&](const auto& row) { return row.first == text; });
    if (unit != std::end(kUnits)) {
      handler_.rotation.unit = unit->second;
    } else if (text.size() == 2 && text[0] == 'W' && text[1] >= '0' && text[1] <= '6') {
      handler_.rotation.unit = Unit::kWeek;
      handler_.rotation.weekday = text[1] - '0';
    } else {
      Wrong("when", *when, "give 'S', 'M', 'H', 'D', 'midnight', or 'W0' (Monday) to 'W6'");
    }
  }

  void TakeSysLog() {
    handler_.host = "localhost";
    if (const Argument* address = Given("address")) {
      const PythonValue& value = address->value;
      const bool pair = (value.kind == ValueKind::kTuple || value.kind == ValueKind::kList) &&
                        value.items.size() == 2 && value.items[0].kind == ValueKind::kText &&
                        value.items[1].kind == ValueKind::kInt;
      if (pair && value.items[1].number > 0 && value.items[1].number < 65536) {
        handler_.host = value.items[0].text;
        handler_.port = static_cast<int>(value.items[1].number);
      } else if (value.kind == ValueKind::kText && !value.text.empty()) {
        handler_.host.clear();
        handler_.path = value.text;
      } else {
        Wrong("address", *address, "give '/dev/log', or ('HOST', PORT)");
      }
    }
    int64_t socket_type = 2;
    TakeNumber("socktype", 1, &socket_type);
    handler_.tcp = socket_type == 1;
    const Argument* facility = Given("facility");
    if (facility == nullptr) return;
    const auto code = facility->value.kind == ValueKind::kText ? FacilityOf(facility->value.text)
                                                               : static_cast<int>(facility->value.number);
    const bool is_code = facility->value.kind == ValueKind::kText || facility->value.kind == ValueKind::kInt;
    if (!is_code || !code || facility->value.number < 0 || facility->value.number > 23)
      return Wrong("facility", *facility, "give a name such as 'daemon' or 'local0'");
    handler_.facility = *code;
  }

  const HandlerClass& class_;
  LoggingHandler& handler_;
  std::map<absl::string_view, Argument, std::less<>> arguments_;
  std::vector<HandlerArgProblem> problems_;
};

}  // namespace

absl::optional<Kind> HandlerKindOf(absl::string_view class_name) {
  absl::ConsumePrefix(&class_name, "logging.");
  absl::ConsumePrefix(&class_name, "handlers.");
  for (const HandlerClass& row : Classes()) {
    if (row.name == class_name) return row.kind;
  }
  return absl::nullopt;
}

std::vector<HandlerArgProblem> ReadHandlerArgs(absl::string_view args, absl::string_view kwargs,
                                               LoggingHandler& handler) {
  const auto row = std::find_if(Classes().begin(), Classes().end(),
                                [&](const HandlerClass& row) { return row.kind == handler.kind; });
  return Binder(*row, handler).Bind(args, kwargs);
}

}  // namespace sshsync
