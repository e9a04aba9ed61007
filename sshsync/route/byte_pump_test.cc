#include "sshsync/route/byte_pump.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

// Ends of pipes: what one writes to, and what one reads from.
struct Pipe {
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    out = ends[0], in = ends[1];
  }
  ~Pipe() { CloseIn(), CloseOut(); }
  void CloseIn() { close(std::exchange(in, -1)); }
  void CloseOut() { close(std::exchange(out, -1)); }
  int NonBlockingOut() { return fcntl(out, F_SETFL, O_NONBLOCK), out; }
  int NonBlockingIn() { return fcntl(in, F_SETFL, O_NONBLOCK), in; }
  int in = -1, out = -1;
};

std::string Bytes(size_t size) {
  std::string bytes;
  while (bytes.size() < size) absl::StrAppend(&bytes, bytes.size(), "\n");
  bytes.resize(size);
  return bytes;
}

std::string ReadAll(int fd) {
  std::string all, buffer(10'000, '\0');
  for (ssize_t count = 0; (count = read(fd, buffer.data(), buffer.size())) > 0;)
    all.append(buffer, 0, static_cast<size_t>(count));
  return all;
}

class BytePumpTest : public ::testing::Test {
 protected:
  // A thread that writes `bytes` into the source, and then ends it.
  std::jthread Write(std::string bytes) {
    return std::jthread([this, bytes = std::move(bytes)] {
      for (size_t done = 0; done < bytes.size();) {
        const ssize_t count = write(source_.in, bytes.data() + done, bytes.size() - done);
        if (count <= 0) break;
        done += static_cast<size_t>(count);
      }
      source_.CloseIn();
    });
  }
  absl::Status Run(const std::vector<Pipe*>& to, const StopToken& stop = {}) {
    std::vector<int> fds;
    for (Pipe* pipe : to) fds.push_back(pipe->NonBlockingIn());
    return pump_.Run(
        source_.NonBlockingOut(), fds, [&](size_t taker, PumpEnd end) { ends_[taker] = end, to[taker]->CloseIn(); },
        [] { return false; }, stop);
  }

  Pipe source_;
  BytePump pump_;
  std::map<size_t, PumpEnd> ends_;
};

TEST_F(BytePumpTest, GivesOneTakerEveryByte) {
  const std::string bytes = Bytes(3'000'001);
  Pipe to;
  std::string got;
  const auto writer = Write(bytes);
  {
    std::jthread reader([&] { got = ReadAll(to.out); });
    EXPECT_EQ(Run({&to}), absl::OkStatus());
  }
  EXPECT_TRUE(got == bytes) << got.size();
  EXPECT_EQ(ends_[0], PumpEnd::kWhole);
}

TEST_F(BytePumpTest, GivesSeveralTakersTheSameBytes) {
  const std::string bytes = Bytes(3'000'001);
  Pipe a, b, c;
  std::string got[3];
  const auto writer = Write(bytes);
  {
    std::jthread ra([&] { got[0] = ReadAll(a.out); }), rb([&] { got[1] = ReadAll(b.out); }),
        rc([&] { got[2] = ReadAll(c.out); });
    EXPECT_EQ(Run({&a, &b, &c}), absl::OkStatus());
  }
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(got[i] == bytes) << i << " " << got[i].size();
    EXPECT_EQ(ends_[i], PumpEnd::kWhole);
  }
}

TEST_F(BytePumpTest, AnEmptySourceIsWholeToo) {
  Pipe to;
  source_.CloseIn();
  EXPECT_EQ(Run({&to}), absl::OkStatus());
  EXPECT_EQ(ends_[0], PumpEnd::kWhole);
}

TEST_F(BytePumpTest, GoesOnForTheOthersWhenOneTakerGoesAway) {
  const std::string bytes = Bytes(3'000'000);
  Pipe gone, to;
  gone.CloseOut();
  std::string got;
  const auto writer = Write(bytes);
  {
    std::jthread reader([&] { got = ReadAll(to.out); });
    EXPECT_EQ(Run({&gone, &to}), absl::OkStatus());
  }
  EXPECT_TRUE(got == bytes) << got.size();
  EXPECT_EQ(ends_[0], PumpEnd::kGone);
  EXPECT_EQ(ends_[1], PumpEnd::kWhole);
}

TEST_F(BytePumpTest, EndsWhenEveryTakerHasGoneAlthoughTheSourceIsSilent) {
  Pipe to;
  to.CloseOut();
  EXPECT_EQ(Run({&to}), absl::OkStatus());
  EXPECT_EQ(ends_[0], PumpEnd::kGone);
}

TEST_F(BytePumpTest, LeavesATakerBehindThatHoldsUpTheOthers) {
  const std::string bytes = Bytes(8'000'000);
  Pipe slow, fast;
  std::string got;
  pump_.window = 100'000;
  pump_.patience = absl::Milliseconds(150);
  const auto writer = Write(bytes);
  {
    std::jthread reader([&] { got = ReadAll(fast.out); });
    EXPECT_EQ(Run({&slow, &fast}), absl::OkStatus());
  }
  EXPECT_TRUE(got == bytes) << got.size();
  EXPECT_EQ(ends_[0], PumpEnd::kLeftBehind);
  EXPECT_EQ(ends_[1], PumpEnd::kWhole);
  const std::string beginning = ReadAll(slow.out);
  EXPECT_FALSE(beginning.empty());
  EXPECT_TRUE(beginning == bytes.substr(0, beginning.size()));
}

TEST_F(BytePumpTest, WhoTakesNothingAtAllHoldsUpNobodyThatHasHadEverything) {
  const std::string bytes = Bytes(3'000'000);  // fits the window: it is never full
  Pipe hung, fast;
  std::string got;
  pump_.patience = absl::Milliseconds(50);
  const auto writer = Write(bytes);
  {
    std::jthread reader([&] { got = ReadAll(fast.out); });
    EXPECT_EQ(Run({&hung, &fast}), absl::OkStatus());
  }
  EXPECT_TRUE(got == bytes) << got.size();
  EXPECT_EQ(ends_[0], PumpEnd::kLeftBehind);
  EXPECT_EQ(ends_[1], PumpEnd::kWhole);
}

TEST_F(BytePumpTest, ASlowTakerThatIsAloneIsWaitedFor) {
  const std::string bytes = Bytes(3'000'000);
  Pipe to;
  std::string got;
  pump_.window = 100'000;
  pump_.patience = absl::ZeroDuration();
  const auto writer = Write(bytes);
  {
    std::jthread reader([&] {
      for (char one = 0; got.size() < 1000 && read(to.out, &one, 1) == 1;) got += one;
      got += ReadAll(to.out);
    });
    EXPECT_EQ(Run({&to}), absl::OkStatus());
  }
  EXPECT_TRUE(got == bytes) << got.size();
}

TEST_F(BytePumpTest, GivesUpWhereNothingMoves) {
  Pipe to;
  pump_.timeout = absl::Milliseconds(50);
  EXPECT_EQ(FailureOf(Run({&to})), Failure::kTimeout);
  EXPECT_EQ(ends_[0], PumpEnd::kCut);
}

TEST_F(BytePumpTest, AStopIsSeenWhileNothingMoves) {
  Pipe to;
  StopSource stop;
  stop.Request(kStopByCaller);
  EXPECT_EQ(FailureOf(Run({&to}, stop.token())), Failure::kStopped);
}

TEST_F(BytePumpTest, MovesBetweenSocketsByReadingAndWriting) {
  int from[2], to[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, from), 0);
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to), 0);
  for (const int fd : {from[0], to[0]}) fcntl(fd, F_SETFL, O_NONBLOCK);
  ASSERT_EQ(write(from[1], "hello", 5), 5);
  close(from[1]);
  EXPECT_EQ(pump_.Run(
                from[0], {to[0]}, [&](size_t, PumpEnd end) { ends_[0] = end, close(to[0]); }, [] { return false; },
                StopToken()),
            absl::OkStatus());
  EXPECT_EQ(ReadAll(to[1]), "hello");
  EXPECT_EQ(ends_[0], PumpEnd::kWhole);
  close(from[0]), close(to[1]);
}

}  // namespace
}  // namespace sshsync
