#include "sshsync/config/logging/logging_conf.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "sshsync/config/ini/ini.h"
#include "sshsync/text/nearest.h"

namespace sshsync {
namespace {

using SourceLocation = DiagnosticCollector::SourceLocation;

constexpr absl::string_view kClasses =
    "one of StreamHandler, FileHandler, handlers.WatchedFileHandler, handlers.RotatingFileHandler, "
    "handlers.TimedRotatingFileHandler, "
    "handlers.SysLogHandler, NullHandler";

/// One section [logger_NAME].
struct Logger {
  int level = 0;  ///< 0: the parent's
  bool propagate = true;
  std::vector<std::string> handlers;
};

class Reader {
 public:
  Reader(absl::string_view bytes, DiagnosticCollector& diagnostics)
      : diagnostics_(diagnostics), ini_(IniFile::Parse(bytes, diagnostics)) {}

  LoggingConf Read() {
    for (const auto& [name, place] : Keys("formatters")) ReadFormatter(name, place);
    for (const auto& [name, place] : Keys("handlers")) ReadHandler(name, place);
    bool root = false;
    for (const auto& [name, place] : Keys("loggers")) {
      root |= name == "root";
      ReadLogger(name, place);
    }
    if (!root && Section("loggers") != nullptr)
      Error(Section("loggers")->place, "the logger `root` is missing",
            "write it into `keys`, and a section [logger_root]");
    return Effective();
  }

 private:
  void Error(SourceLocation place, std::string message, std::string remedy) {
    diagnostics_.Error(place, std::move(message), std::move(remedy));
  }

  const IniSection* Section(absl::string_view name) const {
    const auto found = std::find_if(ini_.sections.begin(), ini_.sections.end(),
                                    [&](const IniSection& section) { return section.name == name; });
    return found == ini_.sections.end() ? nullptr : &*found;
  }

  /// The section that a list names.
  const IniSection* Required(absl::string_view kind, absl::string_view name, SourceLocation place) {
    const IniSection* section = Section(absl::StrCat(kind, "_", name));
    if (section == nullptr)
      Error(place, absl::StrCat("section [", kind, "_", Shown(name), "] is missing"),
            "write it, or take the name out of the list");
    return section;
  }

  void WarnOfUnknownKeys(const IniSection& section, const std::vector<absl::string_view>& known) {
    for (const IniEntry& entry : section.entries) {
      if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
      const auto nearest = Nearest(entry.key, known);
      diagnostics_.Warning(entry.place, absl::StrCat("key `", Shown(entry.key), "` is not read"),
                           nearest ? absl::StrCat("did you mean `", *nearest, "`?") : "");
    }
  }

  /// The value as Python's get() has it; empty where there is none.
  std::string Text(const IniSection& section, const IniEntry* entry) {
    if (entry == nullptr) return "";
    IniText value = ini_.Interpolate(section, *entry);
    if (!value.error.empty()) Error(entry->PlaceOf(0), value.error, "write %% for a percent sign");
    return value.literal ? absl::StrReplaceAll(value.text, {{"%%", "%"}}) : std::move(value.text);
  }

  std::string Text(const IniSection& section, absl::string_view key) {
    return Text(section, ini_.Lookup(section, key));
  }

  /// `a, b` as words with the place of the list; empty for an empty list.
  std::vector<std::pair<std::string, SourceLocation>> List(const IniSection& section, absl::string_view key) {
    std::vector<std::pair<std::string, SourceLocation>> words;
    const IniEntry* entry = ini_.Lookup(section, key);
    if (entry == nullptr) {
      Error(section.place, absl::StrCat("section [", Shown(section.name), "] has no `", key, "`"),
            absl::StrCat("write `", key, "=`, with nothing behind it for none"));
      return words;
    }
    const std::string text = Text(section, entry);
    if (absl::StripAsciiWhitespace(text).empty()) return words;
    for (const absl::string_view word : absl::StrSplit(text, ','))
      words.emplace_back(absl::StripAsciiWhitespace(word), entry->PlaceOf(0));
    return words;
  }

  std::vector<std::pair<std::string, SourceLocation>> Keys(absl::string_view name) {
    const IniSection* section = Section(name);
    if (section != nullptr) return List(*section, "keys");
    Error({}, absl::StrCat("section [", name, "] is missing"),
          absl::StrCat("write it, with `keys=` and the names of the ", name));
    return {};
  }

  int Level(const IniSection& section, int otherwise) {
    static constexpr std::pair<absl::string_view, int> kLevels[] = {{"CRITICAL", 50}, {"FATAL", 50}, {"ERROR", 40},
                                                                    {"WARNING", 30},  {"WARN", 30},  {"INFO", 20},
                                                                    {"DEBUG", 10},    {"NOTSET", 0}};
    const IniEntry* entry = ini_.Lookup(section, "level");
    if (entry == nullptr) return otherwise;
    const std::string text = Text(section, entry);
    const std::string upper = absl::AsciiStrToUpper(text);
    for (const auto& [name, level] : kLevels) {
      if (upper != name) continue;
      if (upper != text)
        diagnostics_.Warning(entry->PlaceOf(0), absl::StrCat("level `", text, "` is not in upper case"),
                             absl::StrCat("write ", upper));
      return level;
    }
    int number = 0;
    if (absl::SimpleAtoi(text, &number) && number >= 0) {
      diagnostics_.Warning(entry->PlaceOf(0), absl::StrCat("level `", number, "` is a number"), "write its name");
      return number;
    }
    Error(entry->PlaceOf(0), absl::StrCat("level `", Shown(text), "` is none"),
          "write DEBUG, INFO, WARNING, ERROR, CRITICAL or NOTSET");
    return otherwise;
  }

  void ReadFormatter(const std::string& name, SourceLocation place) {
    const IniSection* section = Required("formatter", name, place);
    if (section == nullptr) return;
    formatters_[name];
    WarnOfUnknownKeys(*section, {"format", "datefmt", "style", "class"});
    const std::string style = Text(*section, "style");
    if (style != "%" && !style.empty()) {
      return Error(ini_.Lookup(*section, "style")->PlaceOf(0), absl::StrCat("style `", Shown(style), "` is not read"),
                   "write the format in style `%`");
    }
    const std::string class_name = Text(*section, "class");
    if (!class_name.empty() && class_name != "logging.Formatter") {
      return Error(ini_.Lookup(*section, "class")->PlaceOf(0),
                   absl::StrCat("formatter class `", Shown(class_name), "` is unknown"), "leave `class` away");
    }
    // Neither is interpolated: their percent signs are their own.
    const IniEntry* format = ini_.Lookup(*section, "format");
    const IniEntry* datefmt = ini_.Lookup(*section, "datefmt");
    auto parsed = LogFormat::Parse(format ? format->value : "", datefmt ? datefmt->value : "");
    if (!parsed.ok())
      return Error(format ? format->PlaceOf(0) : section->place, std::string(parsed.status().message()), "");
    if (format && format->value.find('\n') != std::string::npos) {
      diagnostics_.Warning(format->PlaceOf(0), "the format has several lines", "a record is written as one");
    }
    formatters_[name] = *std::move(parsed);
  }

  void ReadHandler(const std::string& name, SourceLocation place) {
    const IniSection* section = Required("handler", name, place);
    if (section == nullptr) return;
    LoggingHandler& handler = handlers_[name];
    handler.name = name;
    handler.line = section->place.line;
    WarnOfUnknownKeys(*section, {"class", "level", "formatter", "args", "kwargs"});
    handler.level = Level(*section, 0);
    const std::string formatter = Text(*section, "formatter");
    if (!formatter.empty() && formatters_.count(formatter) == 0) {
      Error(ini_.Lookup(*section, "formatter")->PlaceOf(0),
            absl::StrCat("there is no formatter `", Shown(formatter), "`"), "name it in [formatters] keys");
    } else if (!formatter.empty()) {
      handler.format = formatters_[formatter];
    }
    const IniEntry* class_entry = ini_.Lookup(*section, "class");
    if (class_entry == nullptr)
      return Error(section->place, absl::StrCat("section [", Shown(section->name), "] has no `class`"),
                   std::string(kClasses));
    const std::string class_name = Text(*section, class_entry);
    const auto kind = HandlerKindOf(class_name);
    if (!kind)
      return Error(class_entry->PlaceOf(0), absl::StrCat("handler class `", Shown(class_name), "` is unknown"),
                   std::string(kClasses));
    handler.kind = *kind;
    ReadArgs(*section, handler);
  }

  void ReadArgs(const IniSection& section, LoggingHandler& handler) {
    const IniEntry* args = ini_.Lookup(section, "args");
    const IniEntry* kwargs = ini_.Lookup(section, "kwargs");
    for (HandlerArgProblem& problem : ReadHandlerArgs(Text(section, args), Text(section, kwargs), handler)) {
      const IniEntry* entry = problem.in_kwargs ? kwargs : args;
      const SourceLocation place =
          entry ? entry->PlaceOf(std::min(problem.offset, entry->value.size())) : section.place;
      std::string message =
          absl::StrCat("[", Shown(section.name), "] ", entry ? entry->key : "args", ": ", problem.message);
      if (problem.warning) {
        diagnostics_.Warning(place, std::move(message), std::move(problem.remedy));
      } else {
        Error(place, std::move(message), std::move(problem.remedy));
      }
    }
  }

  void ReadLogger(const std::string& name, SourceLocation place) {
    const IniSection* section = Required("logger", name, place);
    if (section == nullptr) return;
    WarnOfUnknownKeys(*section, {"level", "handlers", "qualname", "propagate", "parent", "channel"});
    const bool root = name == "root";
    const std::string qualname = root ? "root" : Text(*section, "qualname");
    if (qualname.empty()) {
      return Error(section->place, absl::StrCat("section [", Shown(section->name), "] has no `qualname`"),
                   "write the name of the logger, `sshsync`");
    }
    // Of two sections for one logger the later counts, but for a level that only the earlier gives.
    const bool known = loggers_.count(qualname) > 0;
    Logger logger;
    logger.level = Level(*section, known ? loggers_[qualname].level : root ? 30 : 0);
    if (const std::string text = Text(*section, "propagate"); !text.empty()) {
      int propagate = 1;
      if (!absl::SimpleAtoi(text, &propagate))
        Error(ini_.Lookup(*section, "propagate")->PlaceOf(0),
              absl::StrCat("propagate `", Shown(text), "` is no number"), "write 0 or 1");
      logger.propagate = propagate != 0;
    }
    for (auto& [handler, handler_place] : List(*section, "handlers")) {
      if (handlers_.count(handler) == 0) {
        Error(handler_place, absl::StrCat("there is no handler `", Shown(handler), "`"), "name it in [handlers] keys");
      } else {
        logger.handlers.push_back(std::move(handler));
      }
    }
    loggers_[qualname] = std::move(logger);
  }

  /// What all of it means for the records of this program.
  LoggingConf Effective() {
    LoggingConf conf;
    conf.logger = loggers_.count("sshsync") == 0 && loggers_.count("mbrepo") > 0 ? "mbrepo" : "sshsync";
    const Logger root = loggers_["root"];
    const auto own = loggers_.find(conf.logger);
    const Logger logger = own == loggers_.end() ? Logger() : own->second;
    conf.level = logger.level > 0 ? logger.level : root.level;
    for (const std::string& name : logger.handlers) conf.handlers.push_back(handlers_[name]);
    if (logger.propagate) {
      for (const std::string& name : root.handlers) conf.handlers.push_back(handlers_[name]);
    }
    if (!conf.handlers.empty() || diagnostics_.has_errors()) return conf;
    const IniSection* place = own != loggers_.end() ? Section("loggers") : Section("logger_root");
    diagnostics_.Warning(place->place, absl::StrCat("no handler gets the records of `", conf.logger, "`"),
                         "warnings and errors go to stderr");
    LoggingHandler& last = conf.handlers.emplace_back();
    last.name = "stderr";
    last.level = 30;
    return conf;
  }

  DiagnosticCollector& diagnostics_;
  const IniFile ini_;
  std::map<std::string, LogFormat> formatters_;
  std::map<std::string, LoggingHandler> handlers_;
  std::map<std::string, Logger> loggers_;
};

}  // namespace

LoggingConf ReadLoggingConf(absl::string_view bytes, DiagnosticCollector& diagnostics) {
  return Reader(bytes, diagnostics).Read();
}

}  // namespace sshsync
