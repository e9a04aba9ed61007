#include "sshsync/config/logging/python_literal.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

using Kind = PythonValue::Kind;

PythonValue Read(absl::string_view text) {
  const PythonLiteral literal = ParsePythonLiteral(text);
  EXPECT_EQ(literal.error, "") << text;
  return literal.value;
}

std::string ErrorOf(absl::string_view text) { return ParsePythonLiteral(text).error; }

TEST(PythonLiteral, ReadsTheArgsOfAHandler) {
  const PythonValue args = Read("('/var/log/sync.log', 'a', 10_000_000, 5, None, True)");
  ASSERT_EQ(args.kind, Kind::kTuple);
  ASSERT_EQ(args.items.size(), 6u);
  EXPECT_EQ(args.items[0].text, "/var/log/sync.log");
  EXPECT_EQ(args.items[2].number, 10'000'000);
  EXPECT_EQ(args.items[4].kind, Kind::kNone);
  EXPECT_EQ(args.items[5].number, 1);
  EXPECT_EQ(args.items[5].kind, Kind::kBool);
}

TEST(PythonLiteral, TellsATupleFromAValueInParentheses) {
  EXPECT_EQ(Read("()").items.size(), 0u);
  EXPECT_EQ(Read("('x',)").kind, Kind::kTuple);
  EXPECT_EQ(Read("('x')").kind, Kind::kText);
  EXPECT_EQ(Read("'x', 1").kind, Kind::kTuple);
  EXPECT_EQ(Read("(('localhost', 514), 'daemon')").items[0].items[1].number, 514);
}

TEST(PythonLiteral, ReadsEveryKindOfString) {
  EXPECT_EQ(Read(R"('a\tb\x41\101\u00e9\U0001F600\'"')").text, "a\tbAA\xc3\xa9\xf0\x9f\x98\x80'\"");
  EXPECT_EQ(Read(R"(r'C:\new\'x')").text, R"(C:\new\'x)");
  EXPECT_EQ(Read(R"('\d\
e')")
                .text,
            "\\de");
  EXPECT_EQ(Read("'''a\n'b''c'''").text, "a\n'b''c");
  EXPECT_EQ(Read("u'a' \"b\" R'c'").text, "abc");
  EXPECT_EQ(Read(R"(b'\xff\0')").text, std::string("\xff\0", 2));
  EXPECT_EQ(Read("Rb'x'").kind, Kind::kBytes);
  EXPECT_EQ(Read("''").text, "");
}

TEST(PythonLiteral, ReadsEveryKindOfNumber) {
  EXPECT_EQ(Read("-0x_ff").number, -255);
  EXPECT_EQ(Read("0o17").number, 15);
  EXPECT_EQ(Read("0b101").number, 5);
  EXPECT_EQ(Read("000").number, 0);
  EXPECT_EQ(Read("1e3").real, 1000.0);
  EXPECT_EQ(Read("- .5").real, -0.5);
  EXPECT_EQ(Read("9223372036854775807").number, INT64_MAX);
  for (const absl::string_view text :
       {"010", "1__0", "1_", "0b2", "0o8", "0x", "9223372036854775808", "1j", "1.2.3", "0xg", "1e"}) {
    EXPECT_NE(ErrorOf(text), "") << text;
  }
}

TEST(PythonLiteral, ReadsListsDictsAndNames) {
  EXPECT_EQ(Read("[1, 2,]").items.size(), 2u);
  const PythonValue dict = Read("{'filename': 'x', 'delay': True}");
  ASSERT_EQ(dict.items.size(), 4u);
  EXPECT_EQ(dict.items[2].text, "delay");
  EXPECT_EQ(Read("(sys.stdout,)").items[0].text, "sys.stdout");
  EXPECT_EQ(Read("handlers.SysLogHandler.LOG_DAEMON").kind, Kind::kName);
}

TEST(PythonLiteral, CodeIsRefusedAsWhatItIs) {
  for (const absl::string_view text :
       {"os.system('touch pwn')", "(__import__('os').system('x'),)", "(10*1024,)", "(f'{x}',)", "[x for x in y]",
        "{**a}", "(*a,)", "lambda: 1", "x[0]", "'a' + 'b'", "'a' % b", "a if b else c", "not a", "(1)(2)", "@x",
        "a.b.c()", "'a'.upper()", "1 2", "(a:=1)"}) {
    EXPECT_TRUE(absl::StrContains(ErrorOf(text), "only literals")) << text << ": " << ErrorOf(text);
  }
}

TEST(PythonLiteral, WhatDoesNotEndIsAnErrorAtItsBeginning) {
  const PythonLiteral literal = ParsePythonLiteral("('a', 'b)");
  EXPECT_EQ(literal.error, "the string does not end");
  EXPECT_EQ(literal.offset, 6u);
  for (const absl::string_view text : {"", "(", "('a'", "[1", "{1", "{1:", "'", "'''a''", R"('\)", R"('\x4')",
                                       R"('\ud800')", R"('\N{DASH}')", "b'\xc3\xa9'", "'a' b'c'", "a.", "'a\nb'"}) {
    EXPECT_NE(ErrorOf(text), "") << text;
  }
  EXPECT_NE(ErrorOf(std::string(100'000, '(')), "");
}

}  // namespace
}  // namespace sshsync
