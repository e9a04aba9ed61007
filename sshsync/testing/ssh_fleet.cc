#include "sshsync/testing/ssh_fleet.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace sshsync {
namespace {

[[noreturn]] void Abort(absl::string_view what) {
  fprintf(stderr, "SshFleet: %s\n", std::string(what).c_str());
  abort();
}

}  // namespace

SshFleet::SshFleet(const std::vector<Member>& members) : set_(std::make_unique<ProcessSet>(StopToken())) {
  ProcessOptions options{
      .argv = {"/usr/bin/python3", std::filesystem::absolute("sshsync/testing/fleet.py").string(), "--hosts"},
      .environment = {},
      .input = true};
  std::string names;
  for (const Member& member : members) absl::StrAppend(&names, names.empty() ? "" : ",", member.name);
  options.argv.push_back(names);
  for (const Member& member : members) {
    if (!member.login_shell.empty())
      options.argv.insert(options.argv.end(), {"--login-shell", absl::StrCat(member.name, "=", member.login_shell)});
  }
  absl::StatusOr<Process> process = Process::Start(options);
  if (!process.ok()) Abort(process.status().ToString());
  process_ = std::make_unique<Process>(*std::move(process));
  set_->Add(*process_);
  const auto described = nlohmann::json::parse(ReadLine());
  ssh_config_ = described["ssh_config"];
  for (const auto& [name, host] : described["hosts"].items()) places_[name] = {host["home"], host["repo"], host["log"]};
}

SshFleet::~SshFleet() {
  set_->CloseInput(*process_);
  while (!set_->empty()) set_->Next(absl::Seconds(30));
}

Endpoint SshFleet::Host(absl::string_view name) const {
  Endpoint host;
  host.host = std::string(name);
  host.ssh = {"ssh", "-F", ssh_config_};
  return host;
}

std::string SshFleet::Home(absl::string_view name) const { return places_.at(std::string(name)).home; }
std::string SshFleet::Repo(absl::string_view name) const { return places_.at(std::string(name)).repo; }

std::string SshFleet::Log(absl::string_view name) const {
  std::ifstream file(places_.at(std::string(name)).log, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string SshFleet::Obey(absl::string_view line) {
  set_->Write(*process_, absl::StrCat(line, "\n"));
  return ReadLine();
}

bool SshFleet::HasAccounts() { return geteuid() == 0; }

std::string SshFleet::ReadLine() {
  for (;;) {
    if (const size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    const ProcessOutcome outcome = set_->Next(absl::Seconds(60));
    const auto* output = absl::get_if<ProcessOutput>(&outcome);
    if (output == nullptr) Abort("no answer");
    if (output->is_err) Abort(output->bytes);
    buffer_.append(output->bytes.data(), output->bytes.size());
  }
}

}  // namespace sshsync
