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
std::vector<std::string> Remarks(absl::string_view text, TemplateDiagnostic::Kind kind, const TemplateOptions& options = {}) {
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
  EXPECT_EQ(Rewritten("case ${FILE} in *.zip) cat ${FILE};; esac"), "case \"${FILE}\" in *.zip) cat \"${FILE}\";; esac");
}

TEST(CommandTemplate, TakesTheTemplatesOfTheManualUnchanged) {
  EXPECT_EQ(Rewritten("if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH} | cut -d' ' -f1; else echo \\'NONE\\'; fi"),
            "if [ -f \"${FILEPATH}\" ]; then sha1sum \"${FILEPATH}\" | cut -d' ' -f1; else echo \\'NONE\\'; fi");
  EXPECT_EQ(
      Rewritten("scp -p -i /home/john/.ssh/id_ed25519 ${REMOTEUSER}@${REMOTEHOST}:${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}"),
      "scp -p -i /home/john/.ssh/id_ed25519 \"${REMOTEUSER}\"@\"${REMOTEHOST}\":\"${REMOTEDIR}\"/\"${FILE}\" \"${LOCALDIR}\"/\"${FILE}\"");
}

TEST(CommandTemplate, TurnsSingleQuotesAroundPlainVariablesIntoDoubleOnes) {
  EXPECT_EQ(Rewritten("cat '${LOCALDIR}/${FILE}'"), "cat \"${LOCALDIR}/${FILE}\"");
  EXPECT_EQ(Remarks("cat '${LOCALDIR}/${FILE}'", TemplateDiagnostic::Kind::kRewritten).size(), 1u);
}

}  // namespace
}  // namespace sshsync
