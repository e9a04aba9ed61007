#include "sshsync/ssh/frame.h"

#include <string>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

/// Feeds `stream` in pieces of `step` bytes; the payload that came out, or the error's text.
std::string Decode(FrameDecoder decoder, absl::string_view stream, size_t step, absl::optional<int>* number = nullptr) {
  std::string payload;
  for (size_t i = 0; i < stream.size(); i += step) {
    const absl::Status status = decoder.Feed(stream.substr(i, step), [&](absl::string_view bytes) {
      payload.append(bytes.data(), bytes.size());
      return absl::OkStatus();
    });
    if (!status.ok()) return std::string(status.message());
  }
  if (number != nullptr) *number = decoder.number();
  return payload;
}

std::string DecodeOut(absl::string_view stream, size_t step) {
  return Decode({"abc-1", FrameDecoder::kOut}, stream, step);
}

TEST(Frame, PayloadIsExactHoweverTheBytesArrive) {
  using absl::string_view;
  for (const string_view payload :
       {string_view(""), string_view("x"), string_view("x\n"), string_view("\n\nabc-"), string_view("\nabc-1"),
        string_view("a\0b\0", 4), string_view("\n\n\n"), string_view("ababc-ab"), string_view("\nabc-2 0\n")}) {
    for (size_t step = 1; step < 12; ++step) {
      absl::optional<int> out, err;
      EXPECT_EQ(Decode({"abc-1", FrameDecoder::kOut}, std::string(payload) + "abc-1 17\n", step, &out), payload);
      EXPECT_EQ(Decode({"abc-1", FrameDecoder::kErr}, std::string(payload) + "\nabc-1 17\n", step, &err), payload);
      EXPECT_EQ(out, 17);
      EXPECT_EQ(err, 17);
    }
  }
}

TEST(Frame, BytesAreHeldBackOnlyWhileTheyMayBeTheMark) {
  FrameDecoder decoder("abc-1", FrameDecoder::kOut);
  std::string payload;
  const auto take = [&](absl::string_view bytes) {
    payload.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  };
  EXPECT_TRUE(decoder.Feed("one\n", take).ok());
  EXPECT_EQ(payload, "one\n");
  EXPECT_TRUE(decoder.Feed("two abc", take).ok());
  EXPECT_EQ(payload, "one\ntwo ");
  EXPECT_TRUE(decoder.Feed("!", take).ok());
  EXPECT_EQ(payload, "one\ntwo abc!");
}

TEST(Frame, ATraceOfTheMarkOnStderrIsNotTheMark) {
  absl::optional<int> number;
  EXPECT_EQ(Decode({"abc-1", FrameDecoder::kErr}, "+ echo 'abc-1 0'\n\nabc-1 0\n", 5, &number), "+ echo 'abc-1 0'\n");
  EXPECT_EQ(number, 0);
}

TEST(Frame, ADamagedEndIsAnError) {
  EXPECT_EQ(DecodeOut("x\nabc-1 p\n", 100), "the end of a command arrived damaged");
  EXPECT_EQ(DecodeOut("x\nabc-1 \n", 100), "the end of a command arrived damaged");
  EXPECT_EQ(DecodeOut("x\nabc-1 99999999999", 3), "the end of a command arrived damaged");
  EXPECT_EQ(DecodeOut("x\nabc-1 9999999999\n", 3), "the end of a command arrived damaged");
}

TEST(Frame, BytesAfterTheEndAreAnError) {
  EXPECT_EQ(DecodeOut("x\nabc-1 0\ny", 100), "the host printed something after the end of a command");
  EXPECT_EQ(DecodeOut("x\nabc-1 0\ny", 1), "the host printed something after the end of a command");
}

TEST(Frame, AFarewellAfterTheLastEndIsDropped) {
  for (const size_t pieces : {100u, 1u}) {
    absl::optional<int> number;
    EXPECT_EQ(Decode({"abc-1", FrameDecoder::kErr, FrameDecoder::kFarewell},
                     "x\nabc-1 3\nsetsid: child 7 did not exit normally\nbye", pieces, &number),
              "x");
    EXPECT_EQ(number, 3);
  }
}

TEST(Frame, AnErrorOfTheReceiverIsPassedOn) {
  FrameDecoder decoder("abc-1", FrameDecoder::kOut);
  const absl::Status status = decoder.Feed("x", [](absl::string_view) { return MakeError(Failure::kNoSpace, "full"); });
  EXPECT_EQ(FailureOf(status), Failure::kNoSpace);
}

TEST(Frame, ACommandIsOneQuotedWordWithOrWithoutInput) {
  FrameEncoder encoder("abc");
  EXPECT_EQ(*encoder.Command("echo 'a'", ""),
            "(eval 'echo '\\''a'\\''') </dev/null; _s=$?; echo \"abc-1 $_s\"; { echo; echo \"abc-1 $_s\"; } >&2\n");
  EXPECT_EQ(*encoder.Command("cat", "one\ntwo"),
            "(eval 'cat') <<'abc-2'; _s=$?; echo \"abc-2 $_s\"; { echo; echo \"abc-2 $_s\"; } >&2\none\ntwo\nabc-2\n");
  EXPECT_EQ(encoder.label(), "abc-2");
}

TEST(Frame, ANulIsRefused) {
  FrameEncoder encoder("abc");
  EXPECT_EQ(FailureOf(encoder.Command(absl::string_view("a\0b", 3), "").status()), Failure::kInternal);
  EXPECT_EQ(FailureOf(encoder.Command("cat", absl::string_view("a\0b", 3)).status()), Failure::kInternal);
}

TEST(Frame, ABoundedTextKeepsItsBeginningAndItsEnd) {
  BoundedText text(10);
  for (int i = 0; i < 100; ++i) text.Append(std::string(1, static_cast<char>('0' + i % 10)));
  EXPECT_EQ(text.Take(), "01234\n[90 bytes left out]\n56789");
  BoundedText whole(10);
  whole.Append("0123456789");
  EXPECT_EQ(whole.Take(), "0123456789");
}

TEST(TextTail, KeepsTheEnd) {
  TextTail tail(4096);
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(tail.Append("noise ").ok());
  EXPECT_TRUE(tail.Append("word").ok());
  EXPECT_LT(tail.text().size(), 10'000u);
  EXPECT_EQ(tail.text().substr(tail.text().size() - 4), "word");
  EXPECT_EQ(tail.total(), 30'004u);
}

}  // namespace
}  // namespace sshsync
