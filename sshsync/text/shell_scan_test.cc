#include "sshsync/text/shell_scan.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

// `NAME:contexts` for each expansion, one letter a context, outermost first.
std::string Expansions(absl::string_view text) {
  std::vector<std::string> shown;
  for (const ShellExpansion& expansion : ScanShell(text).expansions) {
    std::string contexts;
    for (const ShellContext context : expansion.contexts) contexts += "'\"(`<Lawp"[static_cast<int>(context)];
    shown.push_back(absl::StrCat(expansion.name, expansion.op, ":", contexts));
    EXPECT_EQ(text.substr(expansion.offset, 1),
              expansion.dollar ? (text[expansion.offset] == '\\' ? "\\" : "$") : expansion.name.substr(0, 1))
        << text;
  }
  return absl::StrJoin(shown, " ");
}

std::string Problems(absl::string_view text) {
  std::vector<std::string> shown;
  for (const ShellProblem& problem : ScanShell(text).problems)
    shown.push_back(absl::StrCat(problem.offset, ": ", problem.message));
  return absl::StrJoin(shown, "; ");
}

// The words of each command: `cat x|wc -l`. An expansion is shown as @.
std::string Commands(absl::string_view text) {
  const ShellScan scan = ScanShell(text);
  std::vector<std::string> shown;
  for (const ShellCommand& command : scan.commands) {
    std::vector<std::string> words;
    for (const int word : command.words) {
      words.push_back(scan.words[word].text);
      for (char& c : words.back()) c = c == '\1' ? '@' : c;
    }
    shown.push_back(absl::StrJoin(words, " "));
  }
  return absl::StrJoin(shown, "|");
}

TEST(ShellScan, KnowsTheContextOfEachExpansion) {
  const struct {
    absl::string_view text, expansions;
  } kRows[] = {
      {"cat $A ${B}", "A: B:"},
      {"\"$A\" '$B' $'$C'", "A:\" B:' C:'"},
      {"\"'$A'\" '\"$B\"'", "A:\" B:'"},
      {"\\$A \"\\$B\" \\\\$C \"\\\\$D\" '\\'$E", "C: D:\" E:"},
      {"$(echo $A) \"$(echo $B \"$C\")\"", "A:( B:\"( C:\"(\""},
      {"$((A + $B * (2 - C))) $(( 0x1F ))", "A:a B:a C:a"},
      {"$((echo $A); echo $B) $( (echo $C) )", "A:( B:( C:("},
      {"${A##*/} ${B:-$C} ${D%$E} ${#F} ${!G} ${H/x/$I} ${J:1:2}", "A##: B:-: C:w D%: E:p Flength: G!: H/: I:p J::"},
      {"\"${A:-\"$B\"}\" ${A:-'$C'} \"${A:-'$D'}\" \"${A#'$E'}\"",
       "A:-:\" B:\"w\" A:-: C:w' A:-:\" D:\"w A#:\" E:\"p'"},
      {"${A:-}} ${B:-\\}$C} ${D:-'}'$E}", "A:-: B:-: C:w D:-: E:w"},
      {"# $A\ncat $B#$C # '", "B: C:"},
      {"$$A $1A $?B $-C ${1}D", "1:"},
      {"cat <<E $A\n$B `$C`\nE\n$D", "A: B:< C:<` D:"},
      {"cat <<'E'; cat <<\\F; cat <<\"G H\"\n$A\nE\n$B\nF\n$C\nG H\n$D", "A:L B:L C:L D:"},
      {"cat <<-E\n\t$A '\n\tE\n$B", "A:< B:"},
      {"cat <<E\n$A\\\nE\n$B\nE\n$C", "A:< B:< C:"},
      {"x=$(cat <<E\n$A )\nE\n) $B", "A:(< B:"},
      {"case $A in $B|b) $C;; (*) $D ;& esac; $E", "A: B: C: D: E:"},
      {"$(case x in a) $A;; esac) $B", "A:( B:"},
      {"case x in x) case y in y) $A; esac esac; $B", "A: B:"},
      {"[[ $A =~ ^($B|c)$ && x < $C ]] && $D", "A: B: C: D:"},
      {"((A > $B)) && cat <($C) >$D", "A:a B:a C:( D:"},
      {"if $A; then $B; fi; for f in $C; do $D; done; { $E; }; ($F)", "A: B: C: D: E: F:"},
      {"f() { $A; }; function g { $B; }; a=($C d)", "A: B: C:"},
      {"echo $A; esac_x=$B; $C_D$E-$F", "A: B: C_D: E: F:"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(Expansions(row.text), row.expansions) << row.text;
    EXPECT_EQ(Problems(row.text), "") << row.text;
  }
}

TEST(ShellScan, UndoesTheEscapesOfBackTicksLevelByLevel) {
  EXPECT_EQ(Expansions("`echo $A` `echo \\$B \\\\\\$C`"), "A:` B:`");
  EXPECT_EQ(Expansions("`echo \\`echo $A \\$B\\``"), "A:`` B:``");
  EXPECT_EQ(Expansions("\"`echo \\\"$A\\\"`\""), "A:\"`\"");
}

TEST(ShellScan, KnowsWhichCommandGetsWhichWord) {
  EXPECT_EQ(Commands("cat x | wc -l; a=1 b >c 2>&1 d && e"), "cat x|wc -l|b d|e");
  EXPECT_EQ(Commands("if [ -f $A ]; then ! x y; else z; fi"), "[ -f @ ]|x y|z");
  EXPECT_EQ(Commands("for f in $A b; do c $f; done <d"), "for f in @ b|c @|");
  EXPECT_EQ(Commands("for f do c; done"), "for f do|c");
  EXPECT_EQ(Commands("x \"a $(y z) b\" 'c d' e\\ f"), "x a @ b c d e f|y z");
  EXPECT_EQ(Commands("case $A in a*) b;; esac"), "case @ a*|b");
  EXPECT_EQ(Commands("f() { g; }\nh # i"), "f|g|h");
}

TEST(ShellScan, KnowsWhatFlowsIntoWhat) {
  const auto pipes = [](absl::string_view text) {
    std::vector<std::string> shown;
    for (const ShellPipe& pipe : ScanShell(text).pipes)
      shown.push_back(absl::StrCat(pipe.begin, "-", pipe.end, ">", pipe.into));
    return absl::StrJoin(shown, " ");
  };
  EXPECT_EQ(pipes("a; b | c | d; e"), "1-2>2 1-3>3");
  EXPECT_EQ(pipes("a; { b; c; } | d"), "1-3>3");
  EXPECT_EQ(pipes("a || b; if c; then d; fi | e"), "2-4>4");
  EXPECT_EQ(pipes("a; (b; c) | (d; e) | f"), "1-3>3 1-5>5");
  EXPECT_EQ(pipes("a |\n b"), "0-1>1");
}

TEST(ShellScan, RemembersWhatTheScriptAssigns) {
  const std::vector<std::string> expected = {"a", "b", "f", "g", "h"};
  EXPECT_EQ(ScanShell("a=1 b+=2 c; for f in x; do read g h; done; echo i=1").assigned, expected);
}

TEST(ShellScan, ReportsWhatIsNotClosedAtItsBeginning) {
  EXPECT_EQ(Problems("echo 'a"), "5: ' without its end");
  EXPECT_EQ(Problems("echo \"a"), "5: \" without its end");
  EXPECT_EQ(Problems("echo `a"), "5: ` without its end");
  EXPECT_EQ(Problems("echo $(a"), "5: $( without its )");
  EXPECT_EQ(Problems("echo ${A"), "5: ${ without its }");
  EXPECT_EQ(Problems("(a; b"), "0: ( without its )");
  EXPECT_EQ(Problems("a; b)"), "4: ) without (");
  EXPECT_EQ(Problems("if a; then b"), "0: if without its end");
  EXPECT_EQ(Problems("a; done"), "3: done without its beginning");
  EXPECT_EQ(Problems("case x in a) b"), "0: case without its esac");
  EXPECT_EQ(Problems("[[ a"), "0: [[ without ]]");
  EXPECT_EQ(Problems("cat <<E"), "4: here-document without its text");
  EXPECT_EQ(Problems("cat <<E\nx"), "4: here-document without its end, a line E");
  EXPECT_EQ(Problems("cat >"), "4: redirection without a target");
  EXPECT_EQ(Problems("echo ${A B} ${}"),
            "5: ${ without a name, or with something behind it that no shell knows; 12: ${ without a name, or with "
            "something behind it "
            "that no shell knows");
}

TEST(ShellScan, EndsOnMaliciousNesting) {
  for (const absl::string_view part : {"$(", "$((", "`", "\"$(", "${a:-", "case x in (", "(", "<(", "\\`", "cat <<a\n",
                                       "\"${x#\"", "{ ", "[[ ", "$((a`b", "$((x $(cat <<E) ", "$((a)b) "}) {
    std::string text;
    while (text.size() < 20000) absl::StrAppend(&text, part);
    text += "(";
    EXPECT_NE(Problems(text), "") << part;
  }
}

}  // namespace
}  // namespace sshsync
