// The contract of Runner, kept by SshRunner over real sshd and login shells of every make, whose startup files print
// noise.
#include <filesystem>
#include <fstream>

#include "sshsync/ssh/ssh_runner.h"
#include "sshsync/testing/runner_contract.h"
#include "sshsync/testing/ssh_fleet.h"

namespace sshsync {
namespace {

struct Dash {
  static constexpr const char* kName = "dash";
};
struct Bash {
  static constexpr const char* kName = "bash";
};
struct Csh {
  static constexpr const char* kName = "csh";
};
struct Tcsh {
  static constexpr const char* kName = "tcsh";
};
struct Fish {
  static constexpr const char* kName = "fish";
};
struct Zsh {
  static constexpr const char* kName = "zsh";
};
struct Ksh {
  static constexpr const char* kName = "ksh";
};
struct BusyBox {
  static constexpr const char* kName = "busybox";
};

/// One fleet for all suites: a host per login shell. Without root every host has the caller's own login shell.
SshFleet& Fleet() {
  static SshFleet* const fleet = [] {
    std::vector<SshFleet::Member> members;
    for (const char* shell :
         {Dash::kName, Bash::kName, Csh::kName, Tcsh::kName, Fish::kName, Zsh::kName, Ksh::kName, BusyBox::kName}) {
      members.push_back({shell, SshFleet::HasAccounts() ? shell : ""});
    }
    SshFleet* const made = new SshFleet(members);
    if (!SshFleet::HasAccounts()) return made;
    for (const SshFleet::Member& member : members) {
      for (const char* file : {".bashrc", ".cshrc", ".tcshrc", ".zshenv", ".kshrc", ".config/fish/config.fish"}) {
        const std::string path = absl::StrCat(made->Home(member.name), "/", file);
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::ofstream(path) << "echo NOISE\necho e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n";
      }
    }
    return made;
  }();
  return *fleet;
}

/// One runner for all tests, so that a login is not made for each of them.
SshRunner& TheRunner() {
  static SshRunner* const runner = new SshRunner();
  return *runner;
}

class FleetEnd : public testing::Environment {
 public:
  void TearDown() override {
    delete &TheRunner();
    delete &Fleet();
  }
};
const testing::Environment* const kFleetEnd = testing::AddGlobalTestEnvironment(new FleetEnd);

template <class Shell>
class SshdPlace {
 public:
  SshdPlace() : host_(Fleet().Host(Shell::kName)) {}
  SshRunner& runner() { return TheRunner(); }
  const Endpoint& host() const { return host_; }

 private:
  Endpoint host_;
};

using Places = testing::Types<SshdPlace<Dash>, SshdPlace<Bash>, SshdPlace<Csh>, SshdPlace<Tcsh>, SshdPlace<Fish>,
                              SshdPlace<Zsh>, SshdPlace<Ksh>, SshdPlace<BusyBox>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Sshd, RunnerContract, Places);

}  // namespace
}  // namespace sshsync
