// The tables of flags.h that documents show and nobody parses.
#include <array>

#include "tools/cli/flags/flags.h"

namespace sshsync::cli {
namespace {

constexpr std::array kExitCodes = {
    ExitCode{"0",
             "done: every selected file of every repository asked for equalled its parent by digest; restore: the "
             "trash is back"},
    ExitCode{"1", "unknown or malformed option"},
    ExitCode{"2", "nothing to do, or words that make no sense together"},
    ExitCode{"3", "the configuration is wrong, or a required key is missing"},
    ExitCode{"4", "a repository is asked for that has no section"},
    ExitCode{"5", "internal error"},
    ExitCode{"6", "a host or a file failed; it is named on stderr and in the log"},
    ExitCode{"7", "another run holds the lock"},
    ExitCode{"8", "refused for safety: deletion limit, empty listing"},
    ExitCode{"9", "the time for the run was over; it can be resumed"},
    ExitCode{"10", "verify: something differs; status: older than --max-age"},
    ExitCode{"128+N", "ended by signal N"},
};

constexpr std::array kExamples = {
    Example{"sshsync --sync repoproxy --sync appnode1,appnode2", "first the proxy, then both nodes at once"},
    Example{"sshsync --cascade repomaster", "everything, level by level"},
    Example{"sshsync -n -i --sync repoproxy", "which files would change?"},
    Example{"sshsync plan --sync repoproxy", "and why?"},
    Example{"sshsync verify appnode1 appnode2 || mail -s differs operator", "compare, change nothing"},
    Example{"sshsync --json --sync repoproxy | jq .", "the result for a program"},
    Example{"sshsync restore 20260102-2200 appnode1", "bring back what that run replaced and deleted"},
    Example{"sshsync resume", "go on where the last run failed"},
    Example{"sshsync status --max-age 2d", "is everything as it should be?"},
    Example{"sshsync report --html /srv/www/sshsync.html", "the last run as a page"},
    Example{"sshsync init -n --from old.conf", "what would a migration change?"},
    Example{"sshsync check -c new.conf", "is the new configuration sound?"},
    Example{"sshsync graph --format svg > hosts.svg", "a picture of the hosts"},
};

constexpr std::array kFiles = {
    Place{"/etc/sshsync/sshsync.conf", "the configuration, see sshsync.conf(5)"},
    Place{"/etc/sshsync/logging.conf", "where the log goes"},
    Place{"/var/run/sshsync.pid", "the lock of root's runs"},
    Place{"/var/lib/sshsync", "state of root's runs"},
    Place{"$XDG_STATE_HOME/sshsync", "state, and sshsync.pid, of other accounts' runs"},
};

constexpr std::array kVariables = {
    Place{"SSHSYNC_CONFIG", "the configuration, where --config is not given"},
    Place{"XDG_STATE_HOME", "where state is kept, for accounts other than root"},
    Place{"HOME", "asked where XDG_STATE_HOME is not set; without it, the home folder of the account"},
    Place{"NO_COLOR", "when set to anything but nothing, no colour is used"},
    Place{"PATH", "where ssh is found"},
};

}  // namespace

absl::Span<const ExitCode> AllExitCodes() { return kExitCodes; }
absl::Span<const Example> AllExamples() { return kExamples; }
absl::Span<const Place> AllFiles() { return kFiles; }
absl::Span<const Place> AllVariables() { return kVariables; }

}  // namespace sshsync::cli
