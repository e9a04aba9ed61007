#include "sshsync/ssh/any_runner.h"

#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/ssh/dry_runner.h"
#include "sshsync/testing/scripted_runner.h"

namespace sshsync {
namespace {

const auto kNever = [] { return false; };

TEST(AnyRunner, EveryVerbReachesTheRunnerBehindIt) {
  ScriptedRunner scripted;
  scripted.On("uname").Says("Linux\n", 3);
  ErasedRunner<DryRunner<ScriptedRunner>> erased(scripted);
  AnyRunner& any = erased;
  RemoteCommand uname;
  uname.script = "uname";
  EXPECT_EQ(any.Run(Endpoint(), uname, StopToken())->out, "Linux\n");
  std::string seen;
  const auto sink = [&](absl::string_view bytes) {
    seen.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  };
  EXPECT_EQ(any.RunLong(Endpoint(), uname, sink, kNever, StopToken())->status, 3);
  EXPECT_EQ(seen, "Linux\n");
  EXPECT_EQ(scripted.calls().size(), 2u);
}

TEST(AnyRunner, ADryRunOverOneStillRefusesToWrite) {
  ScriptedRunner scripted;
  ErasedRunner<DryRunner<ScriptedRunner>> inner(scripted);
  ErasedRunner<DryRunner<AnyRunner>> outer(inner);
  RemoteCommand move;
  move.script = "mv a b";
  move.writes = true;
  EXPECT_EQ(FailureOf(outer.Run(Endpoint(), move, StopToken()).status()), Failure::kInternal);
  EXPECT_TRUE(scripted.calls().empty());
}

}  // namespace
}  // namespace sshsync
