#include "sshsync/config/logging/logging_conf.h"

#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

constexpr absl::string_view kGood = R"([loggers]
keys=root,sync

[handlers]
keys=console, file

[formatters]
keys=plain

[logger_root]
level=WARNING
handlers=console

[logger_sync]
level=INFO
qualname=sshsync
handlers=file
propagate=0

[handler_console]
class=StreamHandler
level=ERROR
formatter=plain
args=(sys.stderr,)

[handler_file]
class=handlers.WatchedFileHandler
formatter=plain
args=('/var/log/sshsync.log',)

[formatter_plain]
format=%(levelname)s %(message)s
datefmt=%H:%M
)";

struct Outcome {
  LoggingConf conf;
  std::vector<ConfigDiagnostic> diagnostics;
};

Outcome Read(absl::string_view bytes) {
  DiagnosticCollector collector("logging.conf", bytes);
  Outcome outcome;
  outcome.conf = ReadLoggingConf(bytes, collector);
  outcome.diagnostics = collector.Take();
  return outcome;
}

/// The good file with one text in it replaced.
Outcome ReadWith(absl::string_view old_text, absl::string_view new_text) {
  EXPECT_TRUE(absl::StrContains(kGood, old_text)) << old_text;
  return Read(absl::StrReplaceAll(kGood, {{old_text, new_text}}));
}

std::string Said(const Outcome& outcome) {
  std::string text;
  for (const ConfigDiagnostic& diagnostic : outcome.diagnostics)
    text += std::string(SeverityName(diagnostic.severity)) + " " + Render(diagnostic) + "\n";
  return text;
}

TEST(LoggingConf, RecordsGoToTheLoggerOfTheProgram) {
  const Outcome good = Read(kGood);
  EXPECT_EQ(Said(good), "");
  EXPECT_EQ(good.conf.logger, "sshsync");
  EXPECT_EQ(good.conf.level, 20);
  ASSERT_EQ(good.conf.handlers.size(), 1u);
  EXPECT_EQ(good.conf.handlers[0].path, "/var/log/sshsync.log");
  EXPECT_EQ(good.conf.handlers[0].format.Render({.levelname = "INFO", .message = "done"}), "INFO done");
}

TEST(LoggingConf, APropagatingLoggerAlsoWritesToRootsHandlers) {
  const LoggingConf conf = ReadWith("propagate=0\n", "").conf;
  ASSERT_EQ(conf.handlers.size(), 2u);
  EXPECT_EQ(conf.handlers[1].name, "console");
  EXPECT_EQ(conf.handlers[1].level, 40);
}

TEST(LoggingConf, ALoggerWithoutLevelHasRoots) { EXPECT_EQ(ReadWith("level=INFO\n", "").conf.level, 30); }

TEST(LoggingConf, TheOriginalsNameIsUsedWhereOnlyItIsConfigured) {
  EXPECT_EQ(ReadWith("qualname=sshsync", "qualname=mbrepo").conf.logger, "mbrepo");
  const LoggingConf root = ReadWith("qualname=sshsync", "qualname=other").conf;
  EXPECT_EQ(root.logger, "sshsync");
  EXPECT_EQ(root.level, 30);
  EXPECT_EQ(root.handlers[0].name, "console");
}

TEST(LoggingConf, WithoutAnyHandlerWarningsGoToStderr) {
  const Outcome outcome = ReadWith("handlers=file", "handlers=");
  EXPECT_TRUE(absl::StrContains(Said(outcome), "warning logging.conf:1: no handler gets the records")) << Said(outcome);
  ASSERT_EQ(outcome.conf.handlers.size(), 1u);
  EXPECT_EQ(outcome.conf.handlers[0].level, 30);
}

TEST(LoggingConf, ValuesAreInterpolatedAndFormatsAreNot) {
  const Outcome outcome = Read(absl::StrReplaceAll(kGood, {{"[loggers]", "[DEFAULT]\nlogdir=/srv/log\n[loggers]"},
                                                           {"'/var/log/sshsync.log'", "'%(logdir)s/%%d.log'"}}));
  EXPECT_EQ(Said(outcome), "");
  EXPECT_EQ(outcome.conf.handlers[0].path, "/srv/log/%d.log");
}

TEST(LoggingConf, EveryProblemNamesItsLineAndAWayOut) {
  struct Row {
    absl::string_view old_text, new_text, said;
  };
  for (const Row& row : {
           Row{"keys=root,sync", "keys=sync", "logging.conf:1: the logger `root` is missing"},
           Row{"[formatters]\nkeys=plain", "", "logging.conf: section [formatters] is missing"},
           Row{"keys=console, file", "keys=console, file, mail", "logging.conf:5: section [handler_mail] is missing"},
           Row{"handlers=file", "handlers=file,mail", "there is no handler `mail`"},
           Row{"formatter=plain\nargs=('/", "formatter=fancy\nargs=('/",
               "logging.conf:28: there is no formatter `fancy`"},
           Row{"qualname=sshsync\n", "", "logging.conf:14: section [logger_sync] has no `qualname`"},
           Row{"handlers=file\n", "", "logging.conf:14: section [logger_sync] has no `handlers`"},
           Row{"class=StreamHandler\n", "", "section [handler_console] has no `class`"},
           Row{"class=StreamHandler", "class=handlers.SMTPHandler", "handler class `handlers.SMTPHandler` is unknown"},
           Row{"level=INFO", "level=LOUD", "logging.conf:15: level `LOUD` is none"},
           Row{"propagate=0", "propagate=no", "propagate `no` is no number"},
           Row{"(sys.stderr,)", "(open('pwn','w'),)", "logging.conf:24: [handler_console] args: only literals"},
           Row{"%(levelname)s %(message)s", "%(nosuch)s", "logging.conf:32: no record has a `nosuch`"},
           Row{"datefmt=%H:%M", "style={", "style `{` is not read"},
           Row{"datefmt=%H:%M", "class=colors.Formatter", "formatter class `colors.Formatter` is unknown"},
           Row{"'/var/log/sshsync.log'", "'%(logdir)s'", "logdir"},
       }) {
    const std::string said = Said(ReadWith(row.old_text, row.new_text));
    EXPECT_TRUE(absl::StrContains(said, row.said)) << row.said << "\nsaid:\n" << said;
    EXPECT_TRUE(absl::StrContains(said, "error ")) << said;
  }
}

TEST(LoggingConf, SmallSlipsAreWarningsOnly) {
  for (const auto& [old_text, new_text] : std::vector<std::pair<absl::string_view, absl::string_view>>{
           {"level=INFO", "level=info"},
           {"level=INFO", "level=15"},
           {"('/var/log/sshsync.log',)", "'/var/log/sshsync.log'"},
           {"datefmt=", "datefnt="}}) {
    const Outcome outcome = ReadWith(old_text, new_text);
    EXPECT_TRUE(FirstError(outcome.diagnostics).ok()) << Said(outcome);
    EXPECT_EQ(outcome.diagnostics.size(), 1u) << Said(outcome);
  }
}

TEST(LoggingConf, AllProblemsAreReportedAtOnce) {
  const Outcome outcome = Read(absl::StrReplaceAll(
      kGood, {{"level=INFO", "level=LOUD"}, {"class=StreamHandler", "class=X"}, {"%(message)s", "%(msg)s"}}));
  EXPECT_EQ(outcome.diagnostics.size(), 3u) << Said(outcome);
}

Outcome ReadFile(const std::string& name) {
  std::ifstream file("testdata/logging/" + name, std::ios::binary);
  return Read(std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST(LoggingConf, FilesOfTheOriginalAreReadAsTheyAre) {
  const Outcome original = ReadFile("good/original.conf");
  EXPECT_EQ(Said(original), "");
  EXPECT_EQ(original.conf.logger, "mbrepo");
  ASSERT_EQ(original.conf.handlers.size(), 1u);
  EXPECT_EQ(original.conf.handlers[0].path, "/var/log/mbrepo/mbrepo.log");
}

TEST(LoggingConf, EveryHandlerCanBeNamed) {
  const Outcome every = ReadFile("good/every_handler.conf");
  EXPECT_EQ(Said(every), "");
  ASSERT_EQ(every.conf.handlers.size(), 7u);
  for (size_t kind = 0; kind < 7; ++kind) EXPECT_EQ(static_cast<size_t>(every.conf.handlers[kind].kind), kind);
}

TEST(LoggingConf, BadFilesAreRefused) {
  EXPECT_TRUE(
      absl::StrContains(Said(ReadFile("bad/code.conf")), "logging.conf:11: [handler_file] args: only literals"));
  const std::string missing = Said(ReadFile("bad/missing.conf"));
  for (const absl::string_view what : {":4: section [handler_file]", ":8: level `LOUD`",
                                       ":9: there is no handler `console`", "no `qualname`", "`nosuch`"}) {
    EXPECT_TRUE(absl::StrContains(missing, what)) << what << "\n" << missing;
  }
}

TEST(LoggingConf, AnEmptyFileIsAnError) { EXPECT_FALSE(FirstError(Read("").diagnostics).ok()); }

}  // namespace
}  // namespace sshsync
