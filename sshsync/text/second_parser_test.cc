#include "sshsync/text/second_parser.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

// `NAME: who` for each expansion that somebody reads once more.
std::string SecondParsers(absl::string_view text) {
  const ShellScan scan = ScanShell(text);
  const std::vector<ValueReader> readers = ValueReaders(scan);
  std::vector<std::string> shown;
  for (size_t i = 0; i < readers.size(); ++i) {
    if (!readers[i].second_parser.empty())
      shown.push_back(absl::StrCat(scan.expansions[i].name, ": ", readers[i].second_parser));
  }
  return absl::StrJoin(shown, "; ");
}

std::string OptionLikes(absl::string_view text) {
  const ShellScan scan = ScanShell(text);
  const std::vector<ValueReader> readers = ValueReaders(scan);
  std::string shown;
  for (size_t i = 0; i < readers.size(); ++i) {
    if (readers[i].option_like != ValueReader::OptionLike::kNo) {
      absl::StrAppend(&shown, scan.expansions[i].name,
                      readers[i].option_like == ValueReader::OptionLike::kCut ? "/ " : " ");
    }
  }
  return shown;
}

TEST(SecondParser, FindsWhoReadsAValueOnceMore) {
  const struct {
    absl::string_view text, readers;
  } kRows[] = {
      {"sh -c \"cat $A\"", "A: the script of sh -c"},
      {"/bin/bash -ec \"cat $A\" x $B", "A: the script of bash -c"},
      {"eval $A \"$B\"", "A: eval; B: eval"},
      {"trap \"rm $A\" 0 $B", "A: trap"},
      {"su - x -c \"cat $A\"", "A: su -c"},
      {"ssh -p $A $B@$C cat $D", "D: the other host's shell, through ssh"},
      {"ssh -o BatchMode=yes h \"cat '$A'\"", "A: the other host's shell, through ssh"},
      {"scp -p $A@$B:$C/$D $E/$F", "C: the host:path word of scp; D: the host:path word of scp"},
      {"scp '$A:$B' x", "B: the host:path word of scp"},
      {"rsync -e \"ssh -p $A\" $B:$C $D/x:$E", "A: an option of rsync; C: the host:path word of rsync"},
      {"awk \"/$A/ { print }\" $B", "A: the program of awk"},
      {"gawk -v x=$A '{ print x }' $B", "A: gawk -v, which reads backslashes"},
      {"awk -F: -f prog $A", ""},
      {"sed \"s/x/$A/\" $B; sed -n -e $C $D", "A: the script of sed; C: the script of sed"},
      {"perl -e \"print '$A'\" $B", "A: the program of perl"},
      {"perl -ne 'print' $A", "A: perl's open, which runs a name that ends with |"},
      {"perl -e 'print while <>' $A", "A: perl's open, which runs a name that ends with |"},
      {"perl -MDigest::SHA -e 'print shift' $A", ""},
      {"python3 -c \"$A\" $B; ruby -e $C", "A: the program of python3; C: the program of ruby"},
      {"find $A -name $B -exec sh -c \"x $C\" \\; -exec cat $D {} +",
       "B: the pattern of find -name; C: the script of sh -c"},
      {"nice -n 10 env X=1 sudo -u $A timeout 5 sh -c $B", "B: the script of sh -c"},
      {"find . | xargs -n 5 sh -c \"$A\"; exec eval $B", "A: the script of sh -c; B: eval"},
      {"echo \"rm $A\" | sh; echo $B | cat", "A: sh, from the pipe"},
      {"echo $A | tr x y | bash -s; echo $B | sh script", "A: bash, from the pipe"},
      {"echo $A | xargs rm; printf %s $B | xargs -0 rm; echo $C | xargs -d x y", "A: xargs, from the pipe"},
      {"echo $A | ssh h; echo $B | ssh h 'cat >f'; echo $C | ssh h sh", "A: ssh, from the pipe; C: ssh, from the pipe"},
      {"if x; then echo $A; fi | sh", "A: sh, from the pipe"},
      {"sh <<E\n$A\nE\ncat <<E\n$B\nE\n", "A: sh"},
      {"bash <<< \"$A\"", "A: bash"},
      {"sh -c \"x $(basename $A)\"", "A: the script of sh -c"},
      {"scp h:$(basename $A) $(dirname $B)", "A: the host:path word of scp"},
      {"export X=$A $B; unset $C; read $D", "B: export; C: unset; D: read"},
      {"echo $(($A + B))", "A: an arithmetic expression; B: an arithmetic expression"},
      {"cat $A >$B; x=$C cmd; case $D in $E) f $F;; esac; [ -f $G ]", ""},
      {"sha1sum -- $A | cut -d' ' -f1; digest -a sha1 $B", ""},
  };
  for (const auto& row : kRows) EXPECT_EQ(SecondParsers(row.text), row.readers) << row.text;
}

TEST(SecondParser, FindsWhereAValueMayLookLikeAnOption) {
  EXPECT_EQ(OptionLikes("cat $A ./$B x$C \"$D\" -- $E"), "A D ");
  EXPECT_EQ(OptionLikes("cat ${A##*/} ${B%/*} ${#C}"), "A/ B ");
  EXPECT_EQ(OptionLikes("$A b; [ -f $B ]; echo $C; for f in $D; do case $E in x) ;; esac; done <$F >$G; x=$H"), "");
  EXPECT_EQ(OptionLikes("x=\"$(basename $A)\""), "A ");
}

}  // namespace
}  // namespace sshsync
