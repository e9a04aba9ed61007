#ifndef SSHSYNC_MODEL_REPOSITORY_H_
#define SSHSYNC_MODEL_REPOSITORY_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace sshsync {

enum class Transport { kSsh, kLocal };
enum class Transfer { kAuto, kCommand, kStream };
enum class Route { kPull, kPush, kRelay };
/// `pull`, `push`, `relay`.
inline absl::string_view RouteName(Route route) {
  return route == Route::kPull ? "pull" : route == Route::kPush ? "push" : "relay";
}
enum class PublishMode { kFile, kTogether };
enum class LinkMode { kSkip, kCopy };

/// How the controller reaches the account of a repository. Two repositories with equal endpoints share connections.
struct Endpoint {
  Transport transport = Transport::kSsh;
  std::string host;                        ///< empty for kLocal
  std::string user;                        ///< empty: what ssh would use
  int port = 0;                            ///< 0: what ssh would use
  std::string identity;                    ///< -i, empty for none
  std::string jump;                        ///< -J, empty for none
  std::vector<std::string> ssh = {"ssh"};  ///< program and options
  std::string shell = "sh";                ///< shell that runs this account's templates
  bool compress = false;                   ///< -C for data sessions
  absl::Duration connect_timeout = absl::Seconds(15);

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
  friend auto operator<=>(const Endpoint& a, const Endpoint& b) {
    return std::tie(a.transport, a.host, a.user, a.port, a.identity, a.jump, a.ssh, a.shell, a.compress,
                    a.connect_timeout) <=> std::tie(b.transport, b.host, b.user, b.port, b.identity, b.jump, b.ssh,
                                                    b.shell, b.compress, b.connect_timeout);
  }
};

/// One bound of deletions: a count, or a percentage of the child's selected files.
struct DeleteLimit {
  int64_t value = 10;
  bool percent = true;
};

/// One section of the configuration, validated: a folder on a host, reached as a user, with the templates that work
/// there. A plain value; the configuration file it came from is not needed any more.
struct Repository {
  std::string name;
  std::string parent;  ///< empty for a root
  std::string node;    ///< what ${NODE} was replaced by; empty
  std::string file;    ///< of the configuration, for messages
  int line = 0;        ///< of the section, for messages

  Endpoint endpoint;
  std::string path;      ///< absolute, without a trailing slash; as configured, links not resolved
  std::string password;  ///< for templates that name it; never printed

  std::string peerhost;  ///< how other hosts reach this repository (host where not given)
  std::string peeruser;
  int peerport = 0;
  std::string peerssh = "ssh";  ///< program and options this host's account uses to reach its parent

  /// The operator's templates by action name: "listcmd", "digestcmd", "synccmd", "deletecmd", and single preset actions
  /// ("publish", ...) that the section overrides. Absent where the preset's is used.
  std::map<std::string, std::string> templates;
  std::string preset = "auto";
  bool original_quoting = false;
  bool any_names = false;  ///< names = any
  bool batch_digest = true;

  std::vector<std::string> digest = {"sha256", "sha1", "md5"};
  Transfer transfer = Transfer::kAuto;
  std::vector<Route> route;          ///< empty: auto
  int64_t chunk = int64_t{8} << 20;  ///< bytes
  int streams = 0;      ///< 0: 4 for stream hops, or 3 where others wait for what arrives; 1 for command hops
  std::string bwlimit;  ///< a rate or a timetable, validated text; empty: off

  std::string stage = "yes";  ///< "yes", "no", or an absolute folder
  PublishMode publish = PublishMode::kFile;
  bool del = false;
  DeleteLimit max_delete;
  bool trash = false;
  absl::Duration trash_keep = absl::Hours(24 * 14);
  std::vector<std::string> filter;  ///< lines `+ PATTERN` / `- PATTERN`, include and exclude already appended
  absl::Duration settle = absl::ZeroDuration();
  absl::optional<absl::Duration> recheck;  ///< absent: always
  bool metadata = false;
  LinkMode links = LinkMode::kSkip;
  bool follow_symlinks = false;
  int nice = 10;

  absl::Duration timeout = absl::Seconds(300);  ///< without progress
  absl::Duration wait = absl::Seconds(15);      ///< how long to keep trying a host before its first answer
  int retries = 5;
  std::vector<std::string> groups;

  bool is_root() const { return parent.empty(); }
  /// Whether the operator's synccmd brings its files from the parent.
  bool moves_by_command() const { return transfer != Transfer::kStream && templates.contains("synccmd"); }
  /// Whether files are written into the repository itself: there is no stage.
  bool in_place() const { return stage == "no"; }
};

/// The settings of the tool itself: section [sshsync]. Empty paths mean the defaults of the account that runs it.
struct Settings {
  int jobs = 16;
  int max_sessions = 16;
  std::string state_dir;
  std::string pid_file;
  std::string stop_at;  ///< HH:MM local time, empty for none
  int keep_runs = 100;
  std::string metrics_file;
  std::string on_success;  ///< templates run on the controller
  std::string on_failure;
  std::string on_change;
};

/// A whole configuration: settings, and repositories in the order of the file.
struct Configuration {
  std::string file;
  Settings settings;
  std::vector<Repository> repositories;

  /// The repository of that name; nullptr where there is none. Valid as long as the configuration.
  const Repository* Find(absl::string_view name) const {
    for (const Repository& repository : repositories) {
      if (repository.name == name) return &repository;
    }
    return nullptr;
  }
};

}  // namespace sshsync

#endif  // SSHSYNC_MODEL_REPOSITORY_H_
