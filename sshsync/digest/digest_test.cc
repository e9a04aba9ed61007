#include "sshsync/digest/digest.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Digest, UpperCaseHexEqualsLowerCase) {
  EXPECT_EQ(*Digest::FromHex("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"),
            *Digest::FromHex("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
}

TEST(Digest, OtherLengthsAndOtherBytesAreNoDigest) {
  EXPECT_FALSE(Digest::FromHex(std::string(39, 'a')));
  EXPECT_FALSE(Digest::FromHex(std::string(41, 'a')));
  EXPECT_FALSE(Digest::FromHex("0x" + std::string(38, 'a')));
  EXPECT_FALSE(Digest::FromHex(""));
}

TEST(Digest, ACrcIsComparableWithACrcOnly) {
  const Digest crc = *Digest::FromCrc("1219131554", "3");
  EXPECT_EQ(crc.kind(), "CRC and size");
  EXPECT_FALSE(crc.SameKind(*Digest::FromHex(std::string(40, 'a'))));
  EXPECT_TRUE(crc.SameKind(*Digest::FromCrc("1", "2")));
  EXPECT_FALSE(Digest::FromCrc("12x", "3"));
}

}  // namespace
}  // namespace sshsync
