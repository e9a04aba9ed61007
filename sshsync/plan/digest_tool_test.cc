#include "sshsync/plan/digest_tool.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

std::string Recognised(absl::string_view text) {
  const auto tool = RecogniseDigestTool(text);
  return tool ? tool->words : "-";
}

TEST(DigestTool, KnownToolsAreRecognisedInTheirUsualForms) {
  EXPECT_EQ(Recognised("sha1sum ${FILEPATH}"), "sha1sum");
  EXPECT_EQ(Recognised("sha1sum \"${FILEPATH}\" | cut -d' ' -f1"), "sha1sum");
  EXPECT_EQ(Recognised("/usr/bin/sha256sum ${FILEPATH} | awk '{print $1}'"), "/usr/bin/sha256sum");
  EXPECT_EQ(Recognised("if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH} | cut -d' ' -f1; else echo \\'NONE\\'; fi"),
            "sha1sum");
  EXPECT_EQ(Recognised("if [ -f ${FILEPATH} ]; then digest -a sha1 ${FILEPATH}; else echo NONE; fi"), "digest -a sha1");
  EXPECT_EQ(Recognised("if test -f ${FILEPATH}; then csum -h SHA1 ${FILEPATH}; fi"), "csum -h SHA1");
  EXPECT_EQ(Recognised("openssl dgst -sha256 -r ${FILEPATH}"), "openssl dgst -sha256 -r");
}

TEST(DigestTool, AnythingElseIsAskedFileByFile) {
  EXPECT_EQ(Recognised("sha1sum ${FILEPATH}; echo"), "-");
  EXPECT_EQ(Recognised("sha1sum < ${FILEPATH}"), "-");
  EXPECT_EQ(Recognised("mydigest ${FILEPATH}"), "-");
  EXPECT_EQ(Recognised("sha1sum ${FILEPATH} | cut -d' ' -f2"), "-");
  EXPECT_EQ(Recognised("sha1sum --tag ${FILEPATH}"), "-");
  EXPECT_EQ(Recognised("if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH}; else touch x; fi"), "-");
  EXPECT_EQ(Recognised("sha1sum $(echo x) ${FILEPATH}"), "-");
}

const std::string kA(40, 'a');
const std::string kB(40, 'b');

std::string Batch(const std::string& output, const std::vector<std::string>& names) {
  const auto digests = ParseDigestBatch(output, names);
  if (!digests) return "left over";
  std::string text;
  for (const Digest& digest : *digests) text += digest.empty() ? '-' : digest.text()[0];
  return text;
}

TEST(DigestTool, TwelveFormatsAreReadByPosition) {
  const std::vector<std::string> names = {"./x", "./y z"};
  EXPECT_EQ(Batch(kA + "  ./x\n" + kB + "  ./y z\n", names), "ab");
  EXPECT_EQ(Batch(kA + " *./x\n" + kB + " *./y z\n", names), "ab");
  EXPECT_EQ(Batch(kA + " ./x\n" + kB + " ./y z\n", names), "ab");
  EXPECT_EQ(Batch(kA + "\t./x\n" + kB + "\t./y z\n", names), "ab");
  EXPECT_EQ(Batch("SHA1 (./x) = " + kA + "\nSHA1 (./y z) = " + kB + "\n", names), "ab");
  EXPECT_EQ(Batch("SHA1(./x)= " + kA + "\nSHA1(./y z)= " + kB + "\n", names), "ab");
  EXPECT_EQ(Batch("SHA2-256(./x)= " + kA + "\nSHA2-256(./y z)= " + kB + "\n", names), "ab");
  EXPECT_EQ(Batch("(./x) = " + kA + "\n(./y z) = " + kB + "\n", names), "ab");
  EXPECT_EQ(Batch(std::string(40, 'A') + "  ./x\n" + kB + "  ./y z\n", names), "ab");
  EXPECT_EQ(Batch(kA + "\n", {"./x"}), "a");
}

TEST(DigestTool, EscapedNamesAreRecognised) {
  EXPECT_EQ(Batch("\\" + kA + "  ./a\\nb\n", {"./a\nb"}), "a");
  EXPECT_EQ(Batch("\\" + kA + "  ./a\\\\b\n", {"./a\\b"}), "a");
  EXPECT_EQ(Batch("\\" + kA + " *./a\\nb\\c\n", {"./a\nb\\c"}), "a");
  EXPECT_EQ(Batch(kA + "  ./a\nb\n", {"./a\nb"}), "a");
  EXPECT_EQ(Batch(kA + " ./ends\\\\\n" + kB + " ./\\n\n", {"./ends\\", "./\n"}), "ab");
  EXPECT_EQ(Batch("SHA1 (./\\303\\251) = " + kA + "\n", {"./\xc3\xa9"}), "a");
}

TEST(DigestTool, AMissingFileHasNoAnswerAndTheNextKeepsItsOwn) {
  EXPECT_EQ(Batch(kB + "  ./y\n", {"./x", "./y"}), "-b");
}

TEST(DigestTool, ANameCannotForgeAnAnswer) {
  // The missing file is called `x\nHEX  ./y`; the other answer must not be taken from its name.
  EXPECT_EQ(Batch(kB + "  ./y\n", {"./x\n" + kA + "  ./y", "./y"}), "-b");
  EXPECT_EQ(Batch(kA + "  ./other\n" + kB + "  ./y\n", {"./x", "./y"}), "left over");
  EXPECT_EQ(Batch(std::string(38, 'a') + "  ./x\n", {"./x"}), "left over");
}

}  // namespace
}  // namespace sshsync
