// The contract of Runner, kept by SshRunner over a local shell of every make and over the fake ssh.
#include "sshsync/ssh/ssh_runner.h"
#include "sshsync/testing/fake_ssh.h"
#include "sshsync/testing/runner_contract.h"

namespace sshsync {
namespace {

struct Sh {
  static constexpr const char* kName = "sh";
};
struct Bash {
  static constexpr const char* kName = "bash";
};
struct Ksh {
  static constexpr const char* kName = "ksh93";
};
struct Mksh {
  static constexpr const char* kName = "mksh";
};
struct Zsh {
  static constexpr const char* kName = "zsh";
};
struct BusyBox {
  static constexpr const char* kName = "busybox sh";
};

template <class Shell>
class LocalPlace {
 public:
  LocalPlace() {
    host_.transport = Transport::kLocal;
    host_.shell = Shell::kName;
  }
  SshRunner& runner() { return runner_; }
  const Endpoint& host() const { return host_; }

 private:
  Endpoint host_;
  SshRunner runner_;
};

class FakePlace {
 public:
  FakePlace() : host_(ssh_.Host("node1")) { ssh_.Break("node1", "noise", "NOISE from /etc/motd"); }
  SshRunner& runner() { return runner_; }
  const Endpoint& host() const { return host_; }

 private:
  FakeSsh ssh_;
  Endpoint host_;
  SshRunner runner_;
};

using Places = testing::Types<LocalPlace<Sh>, LocalPlace<Bash>, LocalPlace<Ksh>, LocalPlace<Mksh>, LocalPlace<Zsh>,
                              LocalPlace<BusyBox>, FakePlace>;
INSTANTIATE_TYPED_TEST_SUITE_P(Ssh, RunnerContract, Places);

}  // namespace
}  // namespace sshsync
