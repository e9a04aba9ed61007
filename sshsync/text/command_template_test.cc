#include "sshsync/text/command_template.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

std::string Rewritten(absl::string_view text, const TemplateOptions& options = {}) {
  const auto command = CommandTemplate::Parse(text, options);
  return command.ok() ? command->text() : absl::StrCat("refused: ", command.status().message());
}

// The remarks of one kind, each as `place: message`.
std::vector<std::string> Remarks(absl::string_view text, TemplateDiagnostic::Kind kind,
                                 const TemplateOptions& options = {}) {
  std::vector<std::string> remarks;
  for (const TemplateDiagnostic& diagnostic : CommandTemplate::Check(text, options)) {
    if (diagnostic.kind == kind) remarks.push_back(absl::StrCat(diagnostic.offset, ": ", diagnostic.message));
  }
  return remarks;
}

TEST(CommandTemplate, WritesTheExampleOfItsHeader) {
  const auto copy = CommandTemplate::Parse("cp ${FILEPATH} /backup/", {});
  ASSERT_TRUE(copy.ok()) << copy.status();
  const auto command = copy->Bind(TemplateValues().Set("FILEPATH", "/srv/a b"));
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->script(), "unset FILEPATH; FILEPATH='/srv/a b'\ncp \"${FILEPATH}\" /backup/");
  EXPECT_EQ(command->shell(), "sh");
}

TEST(CommandTemplate, QuotesBareKnownVariablesAndNothingElse) {
  EXPECT_EQ(Rewritten("find ${REPOPATH} -type f"), "find \"${REPOPATH}\" -type f");
  EXPECT_EQ(Rewritten("cat $FILEPATH x${FILE}y"), "cat \"$FILEPATH\" x\"${FILE}\"y");
  EXPECT_EQ(Rewritten("cat \"${FILEPATH}\" $x $@ *.zip"), "cat \"${FILEPATH}\" $x $@ *.zip");
  EXPECT_EQ(Rewritten("echo ${FILEPATH##*/} ${FILE%.*}"), "echo \"${FILEPATH##*/}\" \"${FILE%.*}\"");
  EXPECT_EQ(Rewritten("x=\"$(basename ${FILE})\""), "x=\"$(basename \"${FILE}\")\"");
  EXPECT_EQ(Rewritten("x=`basename ${FILE}`"), "x=`basename \"${FILE}\"`");
  EXPECT_EQ(Rewritten("x=`basename \\${FILE}`"), "x=`basename \"\\${FILE}\"`");
  EXPECT_EQ(Rewritten("echo ${FILEPATH#${REPOPATH}/}"), "echo \"${FILEPATH#\"${REPOPATH}\"/}\"");
  EXPECT_EQ(Rewritten("scp ${REMOTEPORT:+-P ${REMOTEPORT}} x"), "scp ${REMOTEPORT:+-P \"${REMOTEPORT}\"} x");
  EXPECT_EQ(Rewritten("echo ${x:-${FILE}} ${FILE:-none}"), "echo ${x:-\"${FILE}\"} \"${FILE:-none}\"");
  EXPECT_EQ(Rewritten("cat <<EOF\n${FILE}\nEOF\n"), "cat <<EOF\n${FILE}\nEOF\n");
  EXPECT_EQ(Rewritten("echo $${FILE} \\${FILE} # ${FILE}"), "echo $${FILE} \\${FILE} # ${FILE}");
  EXPECT_EQ(Rewritten("echo $((OFFSET / 2 + ${LENGTH}))"), "echo $((OFFSET / 2 + ${LENGTH}))");
  EXPECT_EQ(Rewritten("case ${FILE} in *.zip) cat ${FILE};; esac"),
            "case \"${FILE}\" in *.zip) cat \"${FILE}\";; esac");
}

TEST(CommandTemplate, TakesTheTemplatesOfTheManualUnchanged) {
  EXPECT_EQ(Rewritten("if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH} | cut -d' ' -f1; else echo \\'NONE\\'; fi"),
            "if [ -f \"${FILEPATH}\" ]; then sha1sum \"${FILEPATH}\" | cut -d' ' -f1; else echo \\'NONE\\'; fi");
  EXPECT_EQ(
      Rewritten(
          "scp -p -i /home/john/.ssh/id_ed25519 ${REMOTEUSER}@${REMOTEHOST}:${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}"),
      "scp -p -i /home/john/.ssh/id_ed25519 \"${REMOTEUSER}\"@\"${REMOTEHOST}\":\"${REMOTEDIR}\"/\"${FILE}\" "
      "\"${LOCALDIR}\"/\"${FILE}\"");
}

TEST(CommandTemplate, TurnsSingleQuotesAroundPlainVariablesIntoDoubleOnes) {
  EXPECT_EQ(Rewritten("cat '${LOCALDIR}/${FILE}'"), "cat \"${LOCALDIR}/${FILE}\"");
  EXPECT_EQ(Remarks("cat '${LOCALDIR}/${FILE}'", TemplateDiagnostic::Kind::kRewritten).size(), 1u);
}

TEST(CommandTemplate, RefusesWhatItCannotMakeSafeAndSaysHowToWriteIt) {
  using Kind = TemplateDiagnostic::Kind;
  EXPECT_EQ(Rewritten("cat '${FILE}*'"),
            "refused: at byte 6: FILE in single quotes is not expanded: end the quotes before it and begin them again: "
            "'...'\"${FILE}\"'...'");
  EXPECT_EQ(Rewritten("sh -c 'cat ${FILE}'"),
            "refused: at byte 12: FILE in single quotes is not expanded: hand it over as an argument: -c '... \"$1\" "
            "...' sh ${FILE}");
  EXPECT_EQ(
      Rewritten("awk '{ print \"${FILE}\" }' x"),
      "refused: at byte 15: FILE in single quotes is not expanded: hand it over in the environment: V=${FILE} awk '... "
      "ENVIRON[\"V\"] ...'");
  EXPECT_EQ(Rewritten("x=\"`basename ${FILE}`\""),
            "refused: at byte 14: FILE in back-ticks inside double quotes: shells differ in how they read it: write "
            "\"$( )\" instead of "
            "the back-ticks");
  for (const absl::string_view text :
       {"cat <<'E'\n${FILE}\nE\n", "echo $((FILE + 1))", "echo ${!FILE}", "echo ${FILE@P}",
        "echo \"${x:-\"${FILE}\"}\"", "echo ${FILE:-'a b'}", "echo $'${FILE}'", "echo ${FILE%`x`}"}) {
    EXPECT_EQ(FailureOf(CommandTemplate::Parse(text, {}).status()), Failure::kConfig) << text;
    EXPECT_EQ(Remarks(text, Kind::kQuoting).size(), 1u) << text;
  }
  for (const absl::string_view text : {"", " \n", "echo 'a", "echo $(a", "cat <<E\nx"})
    EXPECT_EQ(Remarks(text, Kind::kSyntax).size(), 1u) << text;
  EXPECT_EQ(Remarks(absl::string_view("a\0b", 3), Kind::kSyntax).size(), 1u);
}

TEST(CommandTemplate, ReportsAllRefusalsAtOnce) {
  const std::string refusals = Rewritten("cat '${FILE}*' \"`x ${REPO}`\"");
  EXPECT_NE(refusals.find("FILE in single quotes"), std::string::npos) << refusals;
  EXPECT_NE(refusals.find("REPO in back-ticks"), std::string::npos) << refusals;
}

TEST(CommandTemplate, LeavesForeignVariablesToTheShellAndGuesses) {
  using Kind = TemplateDiagnostic::Kind;
  EXPECT_EQ(Rewritten("echo ${FLIE} $HOME $1 $$ $(x)"), "echo ${FLIE} $HOME $1 $$ $(x)");
  EXPECT_EQ(Remarks("echo ${FLIE} $HOME $1 $$ $(x)", Kind::kUnknown),
            std::vector<std::string>{"5: no variable FLIE; the shell on the host looks for one"});
  EXPECT_EQ(CommandTemplate::Check("echo ${FLIE}", {})[0].remedy, "did you mean ${FILE}?");
  EXPECT_EQ(Remarks("for f in *; do echo ${f} ${1}; done", Kind::kUnknown), std::vector<std::string>{});
  EXPECT_EQ(Remarks("awk '{ print ${FLIE} }' # ${FLIE}", Kind::kUnknown), std::vector<std::string>{});
}

TEST(CommandTemplate, UndoesTheQuotingOfTheOriginalWhereItIsToldTo) {
  TemplateOptions original;
  original.original_quoting = true;
  EXPECT_EQ(Rewritten("sha1sum \\\"${FILEPATH}\\\" | awk '{print \\$1}'", original),
            "sha1sum \"${FILEPATH}\" | awk '{print $1}'");
  EXPECT_EQ(Remarks("awk '{print \\$1}'", TemplateDiagnostic::Kind::kMigration).size(), 1u);
  EXPECT_EQ(Remarks("awk '{print \\$1}'", TemplateDiagnostic::Kind::kMigration, original).size(), 0u);
  EXPECT_EQ(Remarks("echo \\$x '${FILE}*'", TemplateDiagnostic::Kind::kQuoting, original),
            std::vector<std::string>{"10: FILE in single quotes is not expanded"});
}

TEST(CommandTemplate, NamesTheVariablesThatItUses) {
  const auto command =
      CommandTemplate::Parse("scp ${REMOTEUSER}@${REMOTEHOST}:${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE} # ${RUN}", {});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->variables(),
            (std::vector<absl::string_view>{"FILE", "REMOTEHOST", "REMOTEUSER", "REMOTEDIR", "LOCALDIR"}));
  EXPECT_EQ(command->second_parser_variables(), (std::vector<absl::string_view>{"FILE", "REMOTEDIR"}));
  EXPECT_TRUE(command->names("LOCALDIR"));
  EXPECT_FALSE(command->names("RUN"));
}

TEST(CommandTemplate, RefusesValuesThatASecondParserWouldRead) {
  constexpr absl::string_view kText = "scp h:/d/${FILE} ${LOCALDIR}/${FILE}";
  const auto command = CommandTemplate::Parse(kText, {});
  const TemplateValues base = TemplateValues().Set("LOCALDIR", "/x y");
  for (const absl::string_view name : {"a b", "$(touch pwn)", "`x`", "*", "a;b", "~", "a\nb", "\xff", "{a,b}", "#"}) {
    const auto refused = command->Bind(TemplateValues(base).Set("FILE", name));
    EXPECT_EQ(FailureOf(refused.status()), Failure::kUnsafeName) << name;
  }
  EXPECT_EQ(command->Bind(TemplateValues(base).Set("FILE", "a\n b")).status().message(),
            "FILE = \"a\\n b\" would be read once more by the host:path word of scp");
  EXPECT_TRUE(command->Bind(TemplateValues(base).Set("FILE", "dir/a-B_1.zip,+:@%=")).ok()) << "the harmless twin";
  TemplateOptions any;
  any.any_names = true;
  EXPECT_TRUE(CommandTemplate::Parse(kText, any)->Bind(TemplateValues(base).Set("FILE", "a b")).ok());
}

TEST(CommandTemplate, RefusesValuesThatWouldBeOptions) {
  const auto bare = CommandTemplate::Parse("cat ${FILE}", {});
  EXPECT_EQ(bare->Bind(TemplateValues().Set("FILE", "-rf")).status().message(),
            "FILE = \"-rf\" would be read as an option");
  EXPECT_TRUE(bare->Bind(TemplateValues().Set("FILE", "a-rf")).ok());
  EXPECT_TRUE(CommandTemplate::Parse("cat ./${FILE} -- ${FILE}", {})->Bind(TemplateValues().Set("FILE", "-rf")).ok());
  const auto cut = CommandTemplate::Parse("cat ${FILEPATH##*/}", {});
  EXPECT_EQ(FailureOf(cut->Bind(TemplateValues().Set("FILEPATH", "/a/-rf")).status()), Failure::kUnsafeName);
  EXPECT_TRUE(cut->Bind(TemplateValues().Set("FILEPATH", "/a/b-rf")).ok());
  EXPECT_EQ(Remarks("cat ${FILE} ${FILEPATH}", TemplateDiagnostic::Kind::kOptionLike).size(), 1u);
}

TEST(CommandTemplate, RefusesNulBytesEmptyNamesAndMissingValues) {
  const auto command = CommandTemplate::Parse("cat ${FILEPATH} ${REMOTEUSER}", {});
  EXPECT_EQ(
      FailureOf(command->Bind(TemplateValues().Set("FILEPATH", absl::string_view("/a\0b", 4)).Set("REMOTEUSER", ""))
                    .status()),
      Failure::kUnsafeName);
  EXPECT_EQ(FailureOf(command->Bind(TemplateValues().Set("FILEPATH", "").Set("REMOTEUSER", "")).status()),
            Failure::kUnsafeName);
  EXPECT_EQ(FailureOf(command->Bind(TemplateValues().Set("REMOTEUSER", "")).status()), Failure::kInternal);
  EXPECT_TRUE(command->Bind(TemplateValues().Set("FILEPATH", "/a").Set("REMOTEUSER", "")).ok())
      << "no user: what ssh would use";
}

TEST(CommandTemplate, ShowsCommandsWithoutSecrets) {
  const auto command = CommandTemplate::Parse("login ${REMOTEUSER} ${REMOTEPASSWORD}", {});
  const auto bound = command->Bind(TemplateValues().Set("REMOTEUSER", "a\x1b").Set("REMOTEPASSWORD", "geheim"));
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_EQ(bound->display(),
            "REMOTEUSER='a\\x1b'; REMOTEPASSWORD=******; login \"${REMOTEUSER}\" \"${REMOTEPASSWORD}\"");
  EXPECT_NE(bound->script().find("REMOTEPASSWORD='geheim'"), std::string::npos);
  EXPECT_EQ(command->Bind(TemplateValues().Set("REMOTEUSER", "a").Set("REMOTEPASSWORD", "-geheim")).status().message(),
            "REMOTEPASSWORD = (secret) would be read as an option");
}

TEST(CommandTemplate, TakesTheListOfVariablesFromItsCaller) {
  static constexpr TemplateVariable kOnly[] = {{"WHAT", VariableKind::kName, "a word"}};
  TemplateOptions options;
  options.variables = kOnly;
  EXPECT_EQ(Rewritten("echo ${WHAT} ${FILE}", options), "echo \"${WHAT}\" ${FILE}");
}

}  // namespace
}  // namespace sshsync
