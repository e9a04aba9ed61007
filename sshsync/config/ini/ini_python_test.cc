#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/config/ini/ini.h"

namespace sshsync {
namespace {

/// Reads the LENGTH:BYTES fields that ini_reference.py prints.
class Reference {
 public:
  Reference(int seed, int count)
      : pipe_(
            popen(absl::StrCat("/usr/bin/python3 -B sshsync/config/ini/ini_reference.py ", seed, " ", count).c_str(),
             "r"),
            pclose) {}

  bool at_end() {
    const int c = std::getc(pipe_.get());
    if (c == EOF) return true;
    std::ungetc(c, pipe_.get());
    return false;
  }

  std::string Next() {
    size_t length = 0;
    for (int c = std::getc(pipe_.get()); c != ':'; c = std::getc(pipe_.get())) {
      if (c < '0' || c > '9') std::abort();
      length = 10 * length + static_cast<size_t>(c - '0');
    }
    std::string bytes(length, '\0');
    if (std::fread(bytes.data(), 1, length, pipe_.get()) != length) std::abort();
    return bytes;
  }

  int NextNumber() {
    int number = 0;
    if (!absl::SimpleAtoi(Next(), &number)) std::abort();
    return number;
  }

 private:
  std::unique_ptr<FILE, int (*)(FILE*)> pipe_;
};

/// Compares one section, own and inherited keys, with what follows in `reference`.
void CompareSection(const IniFile& ini, const IniSection& section, Reference& reference) {
  EXPECT_EQ(section.name, reference.Next());
  std::set<std::string> keys;
  for (const IniEntry& entry : section.entries) keys.insert(entry.key);
  for (const IniEntry& entry : ini.defaults.entries) keys.insert(entry.key);
  EXPECT_EQ(static_cast<int>(keys.size()), reference.NextNumber());
  for (const std::string& key : keys) {
    EXPECT_EQ(key, reference.Next());
    const IniEntry* entry = ini.Lookup(section, key);
    EXPECT_EQ(entry->value, reference.Next()) << key;
    const IniText text = ini.Interpolate(section, *entry);
    EXPECT_EQ(text.error.empty() ? "=" : "!", reference.Next()) << key << ": " << text.error;
    EXPECT_EQ(text.error.empty() ? text.text : "", reference.Next()) << key;
  }
}

TEST(IniAgainstPython, GeneratedFilesMeanTheSameButForTheSlipsThatAreRefused) {
  constexpr int kFiles = 20'000;
  Reference reference(/*seed=*/1, kFiles);
  int files = 0, good = 0, slips = 0;
  for (; !reference.at_end() && !testing::Test::HasFailure(); ++files) {
    const std::string bytes = reference.Next();
    const std::string verdict = reference.Next();
    SCOPED_TRACE(bytes);
    DiagnosticCollector diagnostics("x.conf", bytes);
    const IniFile ini = IniFile::Parse(bytes, diagnostics);
    EXPECT_EQ(diagnostics.has_errors(), verdict != "ok");
    slips += verdict == "slip";
    if (verdict != "ok") continue;
    ++good;
    const int sections = reference.NextNumber();
    ASSERT_EQ(static_cast<int>(ini.sections.size()), sections);
    for (const IniSection& section : ini.sections) CompareSection(ini, section, reference);
  }
  if (testing::Test::HasFailure()) return;
  EXPECT_EQ(files, kFiles);
  // The comparison is worth something: most files are read by both.
  EXPECT_GT(good, kFiles / 3);
  EXPECT_GT(files - good - slips, kFiles / 50);
}

}  // namespace
}  // namespace sshsync
